/* SPDX-License-Identifier: MIT */
/* The verdicts on connect, on datagrams and on a disconnect, for each kind of peer. */
#include <errno.h>

#include "check.h"
#include "pin/exempt.h"
#include "pin/hold.h"
#include "pins.h"

static struct verdict to(const struct pin *pin, const struct facts *facts, const char *peer)
{
	struct endpoint endpoint = endpoint_of(facts->domain, peer, 80);
	return pin_on_connect(pin, facts, &endpoint);
}

static struct verdict sent(const struct pin *pin, const struct facts *facts, const char *peer)
{
	struct endpoint endpoint = endpoint_of(facts->domain, peer, 80);
	return pin_on_send(pin, facts, &endpoint);
}

static void a_born_pinned_socket_needs_nothing_for_a_remote_peer(void)
{
	struct facts facts = facts_of(AF_INET, SOCK_STREAM, "203.0.113.3", 0);
	struct verdict verdict = to(&address, &facts, "192.0.2.1");
	CHECK(!verdict.rebind && !verdict.set_device && verdict.error == 0);
}

static void the_device_comes_with_a_remote_peer(void)
{
	struct facts facts = facts_of(AF_INET6, SOCK_STREAM, "2001:db8:2::2", 0);
	struct verdict verdict = to(&interface, &facts, "2001:db8:9::1");
	CHECK(!verdict.rebind && verdict.set_device && verdict.device == 3);
	facts.device = 3;
	CHECK(!to(&interface, &facts, "2001:db8:9::1").set_device);
}

static void loopback_is_reached_from_loopback(void)
{
	struct facts facts = facts_of(AF_INET, SOCK_STREAM, "203.0.113.3", 0);
	struct verdict verdict = to(&address, &facts, "127.0.0.53");
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "127.0.0.1"));
	verdict = to(&address, &facts, "0.0.0.0");
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "127.0.0.1"));
	facts = facts_of(AF_INET, SOCK_STREAM, "127.0.0.2", 0);
	CHECK(!to(&address, &facts, "127.0.0.1").rebind);
}

static void from_the_v6_loopback_a_datagram_is_held_to_lo(void)
{
	struct facts facts = facts_of(AF_INET6, SOCK_DGRAM, "2001:db8:1::3", 0);
	struct verdict verdict = sent(&v6_only, &facts, "::1");
	CHECK(verdict.rebind && verdict.set_device && verdict.device == LOOPBACK_IFINDEX);
	facts = facts_of(AF_INET6, SOCK_DGRAM, "::1", 4000);
	facts.device = LOOPBACK_IFINDEX;
	verdict = sent(&v6_only, &facts, "2001:db8:9::1");
	CHECK(verdict.drop_device && verdict.rebind && ip_is(&verdict.source.ip, "2001:db8:1::3"));
}

static void a_pin_to_loopback_stays_where_it_is(void)
{
	struct pin pin = {.v4 = at_address("127.0.0.2")};
	struct facts facts = facts_of(AF_INET, SOCK_STREAM, "127.0.0.2", 0);
	CHECK(!to(&pin, &facts, "127.0.0.1").rebind);
}

static void a_family_without_a_pin_reaches_this_host_only(void)
{
	struct facts facts = facts_of(AF_INET6, SOCK_STREAM, "::ffff:203.0.113.3", 0);
	CHECK(to(&v4_only, &facts, "2001:db8:9::1").error == ENETUNREACH);
	CHECK(to(&v4_only, &facts, "::1").error == 0);
	struct verdict verdict = to(&v4_only, &facts, "2001:db8:1::2");
	CHECK(verdict.error == 0 && ip_is(&verdict.source.ip, "2001:db8:1::2"));
	CHECK(!to(&v4_only, &facts, "::ffff:192.0.2.1").rebind);
}

static void a_mapped_peer_is_reached_from_the_mapped_pin(void)
{
	struct facts facts = facts_of(AF_INET6, SOCK_STREAM, "2001:db8:1::3", 0);
	struct verdict verdict = to(&address, &facts, "::ffff:192.0.2.1");
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "::ffff:203.0.113.3"));
	facts.v6only = true; /* the kernel says ENETUNREACH by itself */
	verdict = to(&address, &facts, "::ffff:192.0.2.1");
	CHECK(!verdict.rebind && verdict.error == 0);
	facts = facts_of(AF_INET6, SOCK_DGRAM, "2001:db8:2::2", 4000);
	verdict = sent(&interface, &facts, "::ffff:192.0.2.1");
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "::") && verdict.device == 3);
	CHECK(verdict.override && ip_is(&verdict.choice.source, "198.51.100.2"));
}

static void this_host_s_own_address_is_reached_without_the_device(void)
{
	struct facts stream = facts_of(AF_INET, SOCK_STREAM, "198.51.100.2", 0);
	struct facts datagram = facts_of(AF_INET, SOCK_DGRAM, "198.51.100.2", 0);
	struct facts v6 = facts_of(AF_INET6, SOCK_DGRAM, "2001:db8:2::2", 0);
	struct verdict verdict = to(&interface, &stream, "203.0.113.2");
	CHECK(!verdict.rebind && !verdict.set_device && !verdict.drop_device);
	verdict = sent(&interface, &datagram, "203.0.113.2");
	CHECK(verdict.override && verdict.choice.ifindex == LOOPBACK_IFINDEX);
	datagram.device = 3; /* with which the kernel takes no unicast interface */
	verdict = sent(&interface, &datagram, "203.0.113.2");
	CHECK(verdict.override && !verdict.set_unicast && !verdict.drop_device);
	v6.device = 3;
	verdict = sent(&interface, &v6, "2001:db8:1::2");
	CHECK(verdict.drop_device && verdict.rebind && ip_is(&verdict.source.ip, "::"));
	CHECK(verdict.override && ip_is(&verdict.choice.source, "2001:db8:2::2"));
	CHECK(verdict.unicast_v6 == 3 && verdict.choice.ifindex == LOOPBACK_IFINDEX);
}

/* It hears the answers on the wildcard, and the unicast interface holds what else it sends. */
static void a_socket_that_follows_opens_for_loopback_once(void)
{
	struct facts facts = facts_of(AF_INET, SOCK_DGRAM, "198.51.100.2", 0);
	struct verdict verdict = sent(&interface, &facts, "127.0.0.1");
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "0.0.0.0") && verdict.unicast == 3);
	CHECK(verdict.override && verdict.choice.ifindex == LOOPBACK_IFINDEX);
	facts = facts_of(AF_INET, SOCK_DGRAM, "0.0.0.0", 4000);
	CHECK(!sent(&interface, &facts, "127.0.0.1").rebind);
	verdict = sent(&interface, &facts, "192.0.2.1");
	CHECK(!verdict.rebind && verdict.choice.ifindex == 3);
	CHECK(ip_is(&verdict.choice.source, "198.51.100.2"));
	facts.is_connected = true;
	facts.device = 3;
	verdict = sent(&interface, &facts, "127.0.0.1");
	CHECK(verdict.override && !verdict.drop_device && !verdict.rebind && verdict.error == 0);
	facts = facts_of(AF_INET6, SOCK_DGRAM, "::", 4000);
	verdict = sent(&interface, &facts, "2001:db8:9::1");
	CHECK(verdict.needs_live_pin && verdict.overrides_source && verdict.choice.ifindex == 3);
	facts.device =
		3; /* as its bind leaves it: the device is strict, so that a source may be named */
	verdict = sent(&interface, &facts, "2001:db8:9::1");
	CHECK(!verdict.needs_live_pin && ip_is(&verdict.choice.source, "2001:db8:2::2"));
}

/* Java and Go bind [::] and send to v4-mapped peers from there. */
static void a_wildcard_of_two_pinned_addresses_names_its_source(void)
{
	struct facts facts = facts_of(AF_INET6, SOCK_DGRAM, "::", 4000);
	struct verdict verdict = sent(&address, &facts, "::ffff:192.0.2.1");
	CHECK(verdict.override && ip_is(&verdict.choice.source, "203.0.113.3") && !verdict.rebind);
	verdict = sent(&address, &facts, "2001:db8:9::1");
	CHECK(verdict.override && ip_is(&verdict.choice.source, "2001:db8:1::3"));
	CHECK(sent(&address, &facts, "::1").choice.ifindex == LOOPBACK_IFINDEX);
	CHECK(to(&address, &facts, "2001:db8:9::1").rebind);
	facts.is_fixed = true;
	CHECK(to(&address, &facts, "2001:db8:9::1").error == ENETUNREACH);
}

static void a_scope_id_names_no_other_link(void)
{
	struct facts facts = facts_of(AF_INET6, SOCK_DGRAM, "2001:db8:2::2", 0);
	struct endpoint peer = endpoint_of(AF_INET6, "ff02::1", 9);
	facts.device = 3;
	peer.scope = 2;
	CHECK(pin_on_send(&interface, &facts, &peer).error == ENETUNREACH);
	CHECK(pin_on_connect(&interface, &facts, &peer).error == ENETUNREACH);
	peer.scope = 3;
	CHECK(pin_on_send(&interface, &facts, &peer).error == 0);
}

static void an_address_of_this_host_that_moved_away_is_remote(void)
{
	struct facts facts = facts_of(AF_INET, SOCK_STREAM, "198.51.100.2", 0);
	facts.is_peer_gone = true;
	CHECK(to(&interface, &facts, "203.0.113.2").set_device);
}

static void the_source_fits_the_peer(void)
{
	struct prefix own[] = {
		{.ip = ip_of("2001:db8:2::5"), .length = 128, .reach = REACH_OWN, .ifindex = 3},
		{.ip = ip_of("fd00::5"), .length = 128, .reach = REACH_OWN, .ifindex = 3},
		{.ip = ip_of("fd00::9"), .length = 128, .reach = REACH_OWN, .ifindex = 2}};
	struct ip global = ip_of("2001:db8:9::1"), local = ip_of("fd00::1");
	struct pin pin = interface;
	pin.exempt_count = 3;
	exempt_settle(&pin, own);
	struct pin_source source = pin_source_to(&pin, &local);
	CHECK(ip_is(&source.ip, "fd00::5"));
	pin.v6 = at_address("fd00::5");
	source = pin_source_to(&pin, &global);
	CHECK(ip_is(&source.ip, "2001:db8:2::5"));
	struct facts facts = facts_of(AF_INET6, SOCK_STREAM, "fd00::5", 0);
	struct verdict verdict = to(&pin, &facts, "2001:db8:9::1");
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "2001:db8:2::5"));
	pin.follows = false;
	source = pin_source_to(&pin, &global);
	CHECK(ip_is(&source.ip, "fd00::5"));
}

static void an_excluded_peer_is_reached_unpinned_and_the_next_one_pinned(void)
{
	struct facts facts = facts_of(AF_INET, SOCK_DGRAM, "198.51.100.2", 0);
	struct verdict verdict = sent(&excluding, &facts, "192.0.2.1");
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "0.0.0.0") && verdict.unicast == 0);
	verdict = to(&excluding, &facts, "203.0.113.9");
	CHECK(!verdict.rebind && verdict.set_device);
}

static void a_socket_that_cannot_be_held_must_not_go_on(void)
{
	/* Bound by the program to a group, or a stranger's: a remote peer is not for it. */
	struct facts facts = facts_of(AF_INET, SOCK_DGRAM, "224.0.0.251", 5353);
	struct verdict verdict = to(&address, &facts, "192.0.2.1");
	CHECK(verdict.rebind);
	facts.is_fixed = true;
	CHECK(to(&address, &facts, "192.0.2.1").error == ENETUNREACH);
	facts = facts_of(AF_INET, SOCK_DGRAM, "0.0.0.0", 5353);
	CHECK(to(&address, &facts, "192.0.2.1").rebind);
	/* A wildcard is held by the device where the pin is the interface alone. */
	verdict = to(&interface, &facts, "192.0.2.1");
	CHECK(!verdict.rebind && verdict.set_device);
}

static void ports_are_chosen_at_connect(void)
{
	struct facts facts = facts_of(AF_INET, SOCK_STREAM, "0.0.0.0", 0);
	struct verdict verdict = to(&ports, &facts, "192.0.2.1");
	CHECK(verdict.choose_port && verdict.share_ports);
	facts.local.port = 5555;
	CHECK(!to(&ports, &facts, "192.0.2.1").choose_port);
	CHECK(!to(&ports, &facts, "127.0.0.1").rebind);
}

static void a_disconnect_gives_the_device_back(void)
{
	struct facts facts = facts_of(AF_INET6, SOCK_DGRAM, "2001:db8:2::2", 0);
	struct verdict verdict = pin_on_disconnect(&interface, &facts);
	CHECK(verdict.set_device && verdict.device == 3 && !verdict.rebind);
	facts = facts_of(AF_INET, SOCK_STREAM, "198.51.100.2", 0);
	CHECK(!pin_on_disconnect(&interface, &facts).set_device);
}

static void a_link_local_address_is_own_on_its_link_alone(void)
{
	struct prefix own[] = {
		{.ip = ip_of("fe80::2"), .length = 128, .reach = REACH_OWN, .ifindex = 3},
		{.ip = ip_of("fe80::5"), .length = 128, .reach = REACH_OWN, .ifindex = 2},
		{.ip = ip_of("fe80::5"), .length = 128, .reach = REACH_OWN, .ifindex = 3}};
	struct facts facts = {.domain = AF_INET6, .type = SOCK_STREAM};
	struct pin pin = interface;
	struct endpoint peer = endpoint_of(AF_INET6, "fe80::2", 80);
	pin.exempt = own;
	pin.exempt_count = 3;
	peer.scope = 3;
	CHECK(pin_on_connect(&pin, &facts, &peer).reach == REACH_OWN);
	peer.scope = 2;
	CHECK(pin_on_connect(&pin, &facts, &peer).error == ENETUNREACH);
	peer.ip = ip_of("fe80::5");
	CHECK(pin_on_connect(&pin, &facts, &peer).reach == REACH_OWN);
	facts.type = SOCK_DGRAM;
	CHECK(pin_on_send(&pin, &facts, &peer).error == ENETUNREACH);
	peer.scope = 3;
	CHECK(pin_on_send(&pin, &facts, &peer).choice.ifindex == 0);
}

static void what_is_refused_has_the_kernel_s_errno(void)
{
	struct facts facts = {.domain = AF_INET6,
			      .type = SOCK_DGRAM,
			      .is_connected = true,
			      .device = 3,
			      .local = endpoint_of(AF_INET6, "198.51.100.2", 5001)};
	CHECK(sent(&interface, &facts, "2001:db8:9::1").error == EAFNOSUPPORT);
	CHECK(sent(&interface, &facts, "::1").error == EAFNOSUPPORT);
	facts.local = endpoint_of(AF_INET6, "2001:db8:2::2", 5001);
	CHECK(sent(&interface, &facts, "::1").error == ENETUNREACH);
}

static void a_port_lets_a_socket_go_only_if_it_has_ports(void)
{
	struct prefix room[] = {{.ip = ip_of("192.0.2.0"),
				 .length = 120,
				 .reach = REACH_EXCLUDED,
				 .port_low = 53,
				 .port_high = 53}};
	struct pin pin = {.v4 = at_address("203.0.113.3"), .excludes = true, .exempt_count = 1};
	struct facts udp = facts_of(AF_INET, SOCK_DGRAM, "203.0.113.3", 0), ping = udp;
	struct facts raw = facts_of(AF_INET, SOCK_RAW, "203.0.113.3", 0);
	struct endpoint peer = endpoint_of(AF_INET, "192.0.2.1", 53);
	struct endpoint other = endpoint_of(AF_INET, "192.0.2.1", 54);
	ping.is_ping = true;
	exempt_settle(&pin, room);
	pin_settle_sends(&pin);
	CHECK(pin_on_send(&pin, &udp, &peer).reach == REACH_EXCLUDED);
	CHECK(pin_on_send(&pin, &udp, &other).reach == REACH_REMOTE);
	CHECK(pin_on_send(&pin, &ping, &peer).reach == REACH_REMOTE);
	CHECK(pin_on_send(&pin, &raw, &peer).reach == REACH_REMOTE);
	CHECK(pin_on_connect(&pin, &raw, &peer).reach == REACH_REMOTE);
	CHECK(!pin_connect_needs_no_facts(&pin, &udp.local, &peer));
	CHECK(pin_connect_needs_no_facts(&pin, &udp.local, &other));
}

static void a_kept_stream_stays_where_it_is_bound_and_connects_from_the_pin_alone(void)
{
	struct pin pin = {.v4 = at_address("203.0.113.3"), .keeps_listeners = true};
	struct facts fresh = facts_of(AF_INET, SOCK_STREAM, "203.0.113.3", 0);
	struct facts udp = facts_of(AF_INET, SOCK_DGRAM, "203.0.113.3", 0);
	struct facts kept = facts_of(AF_INET, SOCK_STREAM, "0.0.0.0", 80);
	struct facts pinned = facts_of(AF_INET, SOCK_STREAM, "203.0.113.3", 80);
	struct endpoint wildcard = endpoint_of(AF_INET, "0.0.0.0", 80);
	struct endpoint peer = endpoint_of(AF_INET, "192.0.2.1", 9);
	struct verdict verdict = pin_on_bind(&pin, &fresh, &wildcard);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "0.0.0.0") && !verdict.set_device);
	verdict = pin_on_bind(&pin, &udp, &wildcard);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "203.0.113.3"));
	verdict = pin_on_listen(&pin, &fresh);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "0.0.0.0"));
	CHECK(!pin_on_listen(&pin, &kept).rebind && !pin_on_listen(&pin, &kept).set_device);
	verdict = pin_on_connect(&pin, &kept, &peer);
	CHECK(verdict.rebind && ip_is(&verdict.source.ip, "203.0.113.3"));
	kept.is_fixed = true;
	CHECK(pin_on_connect(&pin, &kept, &peer).error == ENETUNREACH);
	CHECK(pin_on_connect(&pin, &pinned, &peer).error == 0);
	CHECK(pin_on_seal(&pin, &kept).error == EPERM && pin_on_seal(&pin, &pinned).error == 0);
}

int main(void)
{
	pins_set_up();
	a_link_local_address_is_own_on_its_link_alone();
	what_is_refused_has_the_kernel_s_errno();
	a_born_pinned_socket_needs_nothing_for_a_remote_peer();
	the_device_comes_with_a_remote_peer();
	loopback_is_reached_from_loopback();
	from_the_v6_loopback_a_datagram_is_held_to_lo();
	a_pin_to_loopback_stays_where_it_is();
	a_family_without_a_pin_reaches_this_host_only();
	a_mapped_peer_is_reached_from_the_mapped_pin();
	this_host_s_own_address_is_reached_without_the_device();
	a_socket_that_follows_opens_for_loopback_once();
	a_wildcard_of_two_pinned_addresses_names_its_source();
	a_scope_id_names_no_other_link();
	an_address_of_this_host_that_moved_away_is_remote();
	the_source_fits_the_peer();
	an_excluded_peer_is_reached_unpinned_and_the_next_one_pinned();
	a_socket_that_cannot_be_held_must_not_go_on();
	ports_are_chosen_at_connect();
	a_disconnect_gives_the_device_back();
	a_port_lets_a_socket_go_only_if_it_has_ports();
	a_kept_stream_stays_where_it_is_bound_and_connects_from_the_pin_alone();
	return 0;
}
