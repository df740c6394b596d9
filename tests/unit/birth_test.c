/* SPDX-License-Identifier: MIT */
/* The verdicts on socket, bind and listen. */
#include <errno.h>
#include <netinet/in.h>

#include "check.h"
#include "pin/hold.h"

static const struct pin *pin_both(void)
{
	static struct pin pin;
	pin = (struct pin){.v4 = at_address("203.0.113.3"), .v6 = at_address("2001:db8:1::3")};
	return &pin;
}

static const struct pin *pin_v4_only(void)
{
	static struct pin pin;
	pin = (struct pin){.v4 = at_address("203.0.113.3")};
	return &pin;
}

static const struct pin *pin_interface(void)
{
	static struct pin pin;
	static struct prefix own[2];
	own[0] = (struct prefix){
		.ip = ip_of("198.51.100.3"), .length = 128, .reach = REACH_OWN, .ifindex = 3};
	own[1] = (struct prefix){
		.ip = ip_of("203.0.113.2"), .length = 128, .reach = REACH_OWN, .ifindex = 2};
	pin = (struct pin){.v4 = at_address("198.51.100.2"),
			   .v6 = at_address("2001:db8:2::2"),
			   .ifindex = 3,
			   .ifname = "wlan0",
			   .follows = true,
			   .exempt = own,
			   .exempt_count = 2};
	return &pin;
}

static void protocols_that_cannot_be_held_are_refused(void)
{
	int protocol = IPPROTO_MPTCP;
	CHECK(pin_on_protocol(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, &protocol) == 1);
	CHECK(protocol == IPPROTO_TCP);
	protocol = IPPROTO_SCTP;
	CHECK(pin_on_protocol(AF_INET6, SOCK_STREAM, &protocol) == -EPROTONOSUPPORT);
	CHECK(pin_on_protocol(AF_INET, SOCK_SEQPACKET, &protocol) == -ESOCKTNOSUPPORT);
	CHECK(pin_on_protocol(AF_INET, 77, &protocol) == 0);
	protocol = 0;
	CHECK(pin_on_protocol(AF_SMC, SOCK_STREAM, &protocol) == -EAFNOSUPPORT);
	CHECK(pin_on_protocol(AF_UNIX, SOCK_STREAM, &protocol) == 0);
	CHECK(pin_on_protocol(AF_NETLINK, SOCK_RAW, &protocol) == 0);
	CHECK(pin_on_protocol(AF_INET6, SOCK_RAW, &protocol) == 1);
}

static void a_socket_is_born_at_its_family_s_address(void)
{
	struct facts v4 = facts_of(AF_INET, SOCK_STREAM, "0.0.0.0", 0);
	struct facts v6 = facts_of(AF_INET6, SOCK_STREAM, "::", 0);
	struct verdict verdict = pin_on_socket(pin_both(), &v4);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "203.0.113.3"));
	CHECK(!verdict.set_device && !verdict.set_unicast);
	verdict = pin_on_socket(pin_both(), &v6);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "2001:db8:1::3"));
	verdict = pin_on_socket(pin_v4_only(), &v6);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "::ffff:203.0.113.3"));
	CHECK(verdict.source.family == AF_INET6);
}

static void a_family_without_a_pin_is_born_at_loopback(void)
{
	struct pin pin = {.v6 = at_address("2001:db8:1::3")}, nothing = {0};
	struct facts raw = facts_of(AF_INET6, SOCK_RAW, "::", 0);
	struct facts v4 = facts_of(AF_INET, SOCK_DGRAM, "0.0.0.0", 0);
	struct facts v6 = facts_of(AF_INET6, SOCK_DGRAM, "::", 0);
	struct verdict verdict = pin_on_socket(&pin, &v4);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "127.0.0.1"));
	verdict = pin_on_socket(&nothing, &v6);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "::ffff:127.0.0.1"));
	verdict = pin_on_socket(pin_v4_only(), &raw);
	CHECK(ip_is(&verdict.source.ip, "::1") && verdict.device == LOOPBACK_IFINDEX);
}

static void a_datagram_socket_is_born_on_its_interface(void)
{
	struct facts v4 = facts_of(AF_INET, SOCK_DGRAM, "0.0.0.0", 0);
	struct facts v6 = facts_of(AF_INET6, SOCK_RAW, "::", 0);
	struct facts stream = facts_of(AF_INET6, SOCK_STREAM, "::", 0);
	struct verdict verdict = pin_on_socket(pin_interface(), &v4);
	CHECK(verdict.set_unicast && verdict.unicast == 3 && verdict.set_multicast);
	CHECK(!verdict.set_device);
	verdict = pin_on_socket(pin_interface(), &v6);
	CHECK(verdict.set_device && verdict.device == 3 && verdict.set_multicast);
	verdict = pin_on_socket(pin_interface(), &stream);
	CHECK(!verdict.set_device && !verdict.set_multicast);
}

static void a_closed_stream_waits_for_its_device_on_loopback(void)
{
	struct facts v4 = facts_of(AF_INET, SOCK_STREAM, "0.0.0.0", 0);
	struct facts v6 = facts_of(AF_INET6, SOCK_STREAM, "::", 0);
	struct facts datagram = facts_of(AF_INET, SOCK_DGRAM, "0.0.0.0", 0);
	struct verdict verdict = pin_on_closed_socket(pin_interface(), &v4);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "127.0.0.1"));
	verdict = pin_on_closed_socket(pin_interface(), &v6);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "::ffff:127.0.0.1"));
	verdict = pin_on_closed_socket(pin_interface(), &datagram);
	CHECK(ip_is(&verdict.source.ip, "198.51.100.2") && verdict.unicast == 3);
	verdict = pin_on_closed_socket(pin_both(), &v4);
	CHECK(ip_is(&verdict.source.ip, "203.0.113.3"));
}

static void a_sealed_socket_has_all_that_a_remote_peer_takes(void)
{
	struct facts stream = facts_of(AF_INET6, SOCK_STREAM, "::", 0);
	struct facts v4 = facts_of(AF_INET, SOCK_DGRAM, "0.0.0.0", 0);
	struct facts v6 = facts_of(AF_INET6, SOCK_DGRAM, "::", 0);
	struct pin excluding = {.excludes = true}, low = {.port_low = 80, .port_high = 90};
	struct verdict verdict = pin_on_sealed_socket(pin_interface(), &stream);
	CHECK(ip_is(&verdict.source.ip, "2001:db8:2::2"));
	CHECK(verdict.set_device && verdict.device == 3);
	verdict = pin_on_sealed_socket(pin_interface(), &v4);
	CHECK(ip_is(&verdict.source.ip, "198.51.100.2") && verdict.unicast == 3);
	/* connect(AF_UNSPEC) would let it go of its device. */
	verdict = pin_on_sealed_socket(pin_interface(), &v6);
	CHECK(ip_is(&verdict.source.ip, "::ffff:127.0.0.1"));
	verdict = pin_on_sealed_socket(pin_both(), &v6);
	CHECK(ip_is(&verdict.source.ip, "2001:db8:1::3"));
	CHECK(pin_can_seal(pin_both()) && !pin_can_seal(&excluding) && !pin_can_seal(&low));
	low.ports_by_kernel = true;
	CHECK(pin_can_seal(&low));
	low.dns_v4.port = 53; /* an unseen lookup would go to another server */
	CHECK(!pin_can_seal(&low));
}

/* What a bind of text:port becomes. */
static struct verdict bound(const struct pin *pin, int family, int type, bool v6only,
			    const char *text, uint16_t port)
{
	struct facts facts = facts_of(family, type, family == AF_INET ? "0.0.0.0" : "::", 0);
	struct endpoint asked = endpoint_of(family, text, port);
	facts.v6only = v6only;
	return pin_on_bind(pin, &facts, &asked);
}

static void a_bind_is_moved_to_the_pin_with_its_port(void)
{
	struct verdict verdict = bound(pin_both(), AF_INET, SOCK_STREAM, false, "0.0.0.0", 80);
	CHECK(ip_is(&verdict.source.ip, "203.0.113.3") && verdict.source.port == 80);
	verdict = bound(pin_both(), AF_INET, SOCK_STREAM, false, "192.0.2.9", 80);
	CHECK(ip_is(&verdict.source.ip, "203.0.113.3") && verdict.source.port == 80);
	verdict = bound(pin_both(), AF_INET6, SOCK_STREAM, false, "::", 80);
	CHECK(ip_is(&verdict.source.ip, "2001:db8:1::3"));
	verdict = bound(pin_both(), AF_INET6, SOCK_STREAM, false, "::ffff:192.0.2.9", 80);
	CHECK(ip_is(&verdict.source.ip, "::ffff:203.0.113.3"));
	verdict = bound(pin_v4_only(), AF_INET6, SOCK_STREAM, false, "::", 80);
	CHECK(ip_is(&verdict.source.ip, "::ffff:203.0.113.3"));
}

static void loopback_and_groups_stay(void)
{
	struct verdict verdict = bound(pin_both(), AF_INET, SOCK_STREAM, false, "127.0.0.9", 80);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "127.0.0.9"));
	verdict = bound(pin_interface(), AF_INET6, SOCK_STREAM, false, "::1", 80);
	CHECK(ip_is(&verdict.source.ip, "::1") && !verdict.set_device);
	verdict = bound(pin_interface(), AF_INET, SOCK_DGRAM, false, "224.0.0.251", 5353);
	CHECK(ip_is(&verdict.source.ip, "224.0.0.251") && verdict.device == 3);
	/* By address alone nothing holds what it sends to one peer: it goes to lo. */
	verdict = bound(pin_both(), AF_INET, SOCK_DGRAM, false, "224.0.0.251", 5353);
	CHECK(verdict.set_unicast && verdict.unicast == LOOPBACK_IFINDEX);
}

static void a_bind_in_a_refused_family_is_held_to_loopback_or_fails(void)
{
	struct verdict verdict = bound(pin_v4_only(), AF_INET6, SOCK_STREAM, true, "::", 80);
	CHECK(verdict.error == 0 && ip_is(&verdict.source.ip, "::1") && verdict.source.port == 80);
	verdict = bound(pin_v4_only(), AF_INET6, SOCK_STREAM, true, "2001:db8::9", 80);
	CHECK(verdict.error == EADDRNOTAVAIL);
}

static void an_interface_keeps_what_it_can_hold_by_the_device(void)
{
	struct verdict verdict = bound(pin_interface(), AF_INET6, SOCK_STREAM, false, "::", 80);
	CHECK(ip_is(&verdict.source.ip, "::") && verdict.set_device && verdict.device == 3);
	verdict = bound(pin_interface(), AF_INET6, SOCK_STREAM, true, "::", 80);
	CHECK(ip_is(&verdict.source.ip, "2001:db8:2::2"));
	verdict = bound(pin_interface(), AF_INET, SOCK_STREAM, false, "0.0.0.0", 80);
	CHECK(ip_is(&verdict.source.ip, "198.51.100.2") && !verdict.set_device);
	verdict = bound(pin_interface(), AF_INET, SOCK_DGRAM, false, "0.0.0.0", 5353);
	CHECK(ip_is(&verdict.source.ip, "0.0.0.0") && verdict.device == 3);
	verdict = bound(pin_interface(), AF_INET, SOCK_DGRAM, false, "0.0.0.0", 0);
	CHECK(ip_is(&verdict.source.ip, "198.51.100.2"));
	/* Another address of the same interface is the pin's too, one of another is not. */
	verdict = bound(pin_interface(), AF_INET, SOCK_STREAM, false, "198.51.100.3", 80);
	CHECK(ip_is(&verdict.source.ip, "198.51.100.3"));
	verdict = bound(pin_interface(), AF_INET, SOCK_STREAM, false, "203.0.113.2", 80);
	CHECK(ip_is(&verdict.source.ip, "198.51.100.2"));
}

static void ports_outside_the_kernel_s_range_are_chosen_one_by_one(void)
{
	struct pin pin = {.v4 = {.mode = PIN_ANY},
			  .v6 = {.mode = PIN_ANY},
			  .port_low = 2000,
			  .port_high = 2009};
	struct verdict verdict = bound(&pin, AF_INET, SOCK_STREAM, false, "0.0.0.0", 0);
	CHECK(verdict.choose_port && ip_is(&verdict.source.ip, "0.0.0.0"));
	CHECK(!bound(&pin, AF_INET, SOCK_STREAM, false, "0.0.0.0", 80).choose_port);
	pin.ports_by_kernel = true;
	CHECK(!bound(&pin, AF_INET, SOCK_STREAM, false, "0.0.0.0", 0).choose_port);
}

static void listen_binds_what_never_was_bound(void)
{
	struct facts facts = facts_of(AF_INET, SOCK_STREAM, "203.0.113.3", 0);
	struct verdict verdict = pin_on_listen(pin_both(), &facts);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "203.0.113.3"));
	facts.local.port = 80;
	CHECK(!pin_on_listen(pin_both(), &facts).rebind);
	facts = facts_of(AF_INET, SOCK_STREAM, "198.51.100.2", 80);
	verdict = pin_on_listen(pin_interface(), &facts);
	CHECK(!verdict.rebind && verdict.device == 3);
	facts = facts_of(AF_INET, SOCK_STREAM, "127.0.0.1", 80);
	CHECK(!pin_on_listen(pin_interface(), &facts).set_device);
}

static void an_address_of_the_wrong_family_is_left_to_the_kernel(void)
{
	struct facts facts = facts_of(AF_INET, SOCK_STREAM, "0.0.0.0", 0);
	struct endpoint asked = endpoint_of(AF_INET6, "2001:db8::9", 80);
	struct verdict verdict = pin_on_bind(pin_interface(), &facts, &asked);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "2001:db8::9") && !verdict.set_device);
}

int main(void)
{
	protocols_that_cannot_be_held_are_refused();
	a_socket_is_born_at_its_family_s_address();
	a_family_without_a_pin_is_born_at_loopback();
	a_datagram_socket_is_born_on_its_interface();
	a_closed_stream_waits_for_its_device_on_loopback();
	a_sealed_socket_has_all_that_a_remote_peer_takes();
	a_bind_is_moved_to_the_pin_with_its_port();
	loopback_and_groups_stay();
	a_bind_in_a_refused_family_is_held_to_loopback_or_fails();
	an_interface_keeps_what_it_can_hold_by_the_device();
	ports_outside_the_kernel_s_range_are_chosen_one_by_one();
	listen_binds_what_never_was_bound();
	an_address_of_the_wrong_family_is_left_to_the_kernel();
	return 0;
}
