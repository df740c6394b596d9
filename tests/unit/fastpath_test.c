/* SPDX-License-Identifier: MIT */
/* What pin/fastpath.c lets pass: connects and datagrams that need few facts about the socket, or none. */
#include "check.h"
#include "pins.h"

static bool is_sent_plainly(const struct pin *pin, int family, const char *peer)
{
	struct sockaddr_storage name;
	struct endpoint endpoint = endpoint_of(family == AF_INET6 ? AF_INET6 : AF_INET, peer, 80);
	socklen_t length = endpoint_write(&endpoint, &name);
	name.ss_family = (sa_family_t)family;
	return pin_send_needs_no_facts(pin, &name, length);
}

static bool is_plain(const struct pin *pin, const char *local, const char *peer)
{
	struct endpoint from =
		endpoint_of(strchr(local, ':') == NULL ? AF_INET : AF_INET6, local, 0);
	struct endpoint to = endpoint_of(from.family, peer, 80);
	return pin_connect_needs_no_facts(pin, &from, &to);
}

static void a_plain_connect_asks_for_one_fact(void)
{
	struct pin loopback = {.v4 = at_address("127.0.0.2")};
	CHECK(is_plain(&address, "203.0.113.3", "192.0.2.1"));
	CHECK(is_plain(&address, "2001:db8:1::3", "2001:db8:9::1"));
	CHECK(is_plain(&v4_only, "203.0.113.3", "203.0.113.2")); /* an own address */
	CHECK(!is_plain(&address, "203.0.113.3", "127.0.0.1"));
	CHECK(!is_plain(&address, "203.0.113.3", "0.0.0.0"));
	CHECK(!is_plain(&address, "127.0.0.1", "192.0.2.1")); /* moved away from the pin */
	CHECK(!is_plain(&address, "2001:db8:1::3", "192.0.2.1"));
	CHECK(!is_plain(&interface, "198.51.100.2", "192.0.2.1"));
	CHECK(!is_plain(&ports, "0.0.0.0", "192.0.2.1"));
	CHECK(!is_plain(&loopback, "127.0.0.2", "192.0.2.1"));
}

static void an_excluded_peer_is_not_plain(void)
{
	struct pin pin = excluding;
	pin.ifindex = 0;
	CHECK(!is_plain(&pin, "198.51.100.2", "192.0.2.1"));
	CHECK(is_plain(&pin, "198.51.100.2", "192.0.3.1"));
}

static void plain_sends_need_no_fact(void)
{
	CHECK(is_sent_plainly(&v4_only, AF_INET, "192.0.2.1"));
	CHECK(!is_sent_plainly(&v4_only, AF_UNSPEC,
			       "192.0.2.1")); /* a name for IPv4 sockets only */
	CHECK(is_sent_plainly(&v6_only, AF_INET6, "2001:db8:9::1"));
	CHECK(!is_sent_plainly(&v4_only, AF_INET6, "::ffff:192.0.2.1"));
	CHECK(!is_sent_plainly(&v4_only, AF_INET, "224.0.0.1"));
	CHECK(!is_sent_plainly(&v4_only, AF_INET, "255.255.255.255"));
	CHECK(!is_sent_plainly(&v6_only, AF_INET6, "ff02::1"));
	/* A socket of both families may be on the wildcard. */
	CHECK(!is_sent_plainly(&address, AF_INET, "192.0.2.1"));
	CHECK(!is_sent_plainly(&address, AF_INET6, "2001:db8:9::1"));
	struct pin localnet = v4_only;
	localnet.localnet = true;
	pin_settle_sends(&localnet);
	CHECK(!is_sent_plainly(&localnet, AF_INET, "192.0.2.1"));
	struct pin inherits = v4_only;
	inherits.inherits = true;
	pin_settle_sends(&inherits);
	CHECK(!is_sent_plainly(&inherits, AF_INET, "192.0.2.1"));
	CHECK(is_sent_plainly(&interface, AF_INET, "192.0.2.1"));
	CHECK(!is_sent_plainly(&interface, AF_INET, "203.0.113.2")); /* this host's own */
	CHECK(!is_sent_plainly(&interface, AF_INET6, "2001:db8:9::1"));
	CHECK(!is_sent_plainly(&v4_only, AF_INET6, "2001:db8:9::1"));
	CHECK(!is_sent_plainly(&ports, AF_INET, "192.0.2.1"));
	/* A socket that an excluded peer has had is not bound any more. */
	CHECK(!is_sent_plainly(&excluding, AF_INET, "203.0.113.9"));
}

static void a_send_to_loopback_is_not_plain(void)
{
	static const char *const v4[] = {"127.0.0.1", "127.255.255.255", "0.0.0.0"};
	static const char *const v6[] = {"::1", "::", "::ffff:127.0.0.1", "::ffff:0.0.0.0"};
	for (size_t i = 0; i < sizeof(v4) / sizeof(v4[0]); i++) {
		CHECK(!is_sent_plainly(&v4_only, AF_INET, v4[i]));
		CHECK(!is_sent_plainly(&v4_only, AF_UNSPEC, v4[i]));
		CHECK(!is_sent_plainly(&interface, AF_INET, v4[i]));
	}
	for (size_t i = 0; i < sizeof(v6) / sizeof(v6[0]); i++)
		CHECK(!is_sent_plainly(&v6_only, AF_INET6, v6[i]));
	CHECK(is_sent_plainly(&v4_only, AF_INET, "126.255.255.255"));
	CHECK(is_sent_plainly(&v4_only, AF_INET, "128.0.0.0"));
	CHECK(is_sent_plainly(&v4_only, AF_INET, "0.0.0.127"));
	CHECK(is_sent_plainly(&v4_only, AF_INET, "223.255.255.255"));
}

static void what_events_or_ports_depend_on_is_not_sent_plainly(void)
{
	struct pin pin = v4_only;
	pin.port_low = pin.port_high = 2000;
	pin_settle_sends(&pin);
	CHECK(!is_sent_plainly(&pin, AF_INET, "192.0.2.1"));
	pin.ports_by_kernel = true;
	pin_settle_sends(&pin);
	CHECK(is_sent_plainly(&pin, AF_INET, "192.0.2.1"));
	pin.carried.verbose = true;
	pin_settle_sends(&pin);
	CHECK(!is_sent_plainly(&pin, AF_INET, "192.0.2.1"));
	pin = ports;
	pin.ports_by_kernel = true;
	pin_settle_sends(&pin);
	CHECK(is_sent_plainly(&pin, AF_INET, "127.0.0.1")); /* no address is pinned */
	pin = (struct pin){.v4 = at_address("203.0.113.3")};
	CHECK(!is_sent_plainly(&pin, AF_INET, "192.0.2.1")); /* never settled */
}

static void a_name_is_read_within_its_length(void)
{
	struct sockaddr_storage name;
	struct endpoint v4 = endpoint_of(AF_INET, "127.0.0.1", 80);
	struct endpoint v6 = endpoint_of(AF_INET6, "::1", 80);
	/* In a block of its own that ends there, for the address sanitizer to see. */
	for (socklen_t length = 0; length <= endpoint_write(&v4, &name); length++) {
		void *bytes = memcpy(malloc(length), &name, length);
		CHECK(pin_send_needs_no_facts(&v4_only, bytes, length) == (length < 16));
		free(bytes);
	}
	for (socklen_t length = 0; length <= endpoint_write(&v6, &name); length++) {
		void *bytes = memcpy(malloc(length), &name, length);
		CHECK(pin_send_needs_no_facts(&v6_only, bytes, length) == (length < 24));
		free(bytes);
	}
}

static bool connects_usually(const struct pin *pin, const char *local, const char *peer)
{
	int family = strchr(local, ':') == NULL ? AF_INET : AF_INET6;
	struct endpoint from = endpoint_of(family, local, 0);
	struct endpoint to = endpoint_of(from.family, peer, 80);
	struct verdict verdict;
	return pin_connect_needs_local_only(pin, &from, &to, &verdict);
}

static void a_usual_connect_asks_for_two_facts(void)
{
	CHECK(connects_usually(&interface, "198.51.100.2", "192.0.2.1"));
	CHECK(connects_usually(&interface, "127.0.0.1", "192.0.2.1")); /* held there */
	CHECK(connects_usually(&interface, "2001:db8:2::2", "2001:db8:9::1"));
	CHECK(!connects_usually(&interface, "::ffff:127.0.0.1", "2001:db8:9::1"));
	CHECK(!connects_usually(&interface, "::1", "2001:db8:9::1"));
	CHECK(!connects_usually(&interface, "2001:db8:2::2", "::ffff:192.0.2.1"));
	CHECK(!connects_usually(&interface, "0.0.0.0", "192.0.2.1"));
	CHECK(!connects_usually(&interface, "198.51.100.2", "203.0.113.2")); /* an own address */
	CHECK(!connects_usually(&interface, "198.51.100.2", "127.0.0.1"));
	CHECK(!connects_usually(&address, "203.0.113.3", "192.0.2.1"));
	CHECK(!connects_usually(&excluding, "198.51.100.2", "192.0.2.1"));
}

/* An inherited socket may look like one that was born under the pin, and lack the mark. */
static void a_connect_under_a_mark_is_judged(void)
{
	struct pin marked = address, marked_interface = interface;
	setting_give(&marked.settings, SETTING_MARK, 7);
	setting_give(&marked_interface.settings, SETTING_MARK, 7);
	CHECK(!is_plain(&marked, "203.0.113.3", "192.0.2.1"));
	CHECK(!connects_usually(&marked_interface, "198.51.100.2", "192.0.2.1"));
}

int main(void)
{
	pins_set_up();
	a_plain_connect_asks_for_one_fact();
	an_excluded_peer_is_not_plain();
	plain_sends_need_no_fact();
	a_send_to_loopback_is_not_plain();
	what_events_or_ports_depend_on_is_not_sent_plainly();
	a_name_is_read_within_its_length();
	a_usual_connect_asks_for_two_facts();
	a_connect_under_a_mark_is_judged();
	return 0;
}
