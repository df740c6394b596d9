/* SPDX-License-Identifier: MIT */
/* The search for an exempt prefix takes few steps, and finds what a look at all of them finds. */
#include "check.h"
#include "pin/text.h"
#include "pin/exempt.h"

enum { COUNT = 1000 };

static struct prefix excluding(const char *text)
{
	struct prefix prefix;
	CHECK(destination_parse(text, strlen(text), &prefix) == 0);
	return prefix;
}

static struct prefix only(const char *text)
{
	struct prefix prefix = excluding(text);
	prefix.reach = REACH_REMOTE;
	return prefix;
}

static enum reach reach_at(const struct pin *pin, const char *address, uint16_t port)
{
	struct ip ip = ip_of(address);
	return pin_reach(pin, &ip, port);
}

static enum reach reach_of(const struct pin *pin, const char *address)
{
	return reach_at(pin, address, 9);
}

static struct pin settled(struct prefix *prefixes, size_t count)
{
	struct pin pin = {.exempt_count = count};
	exempt_settle(&pin, prefixes);
	return pin;
}

static void nothing_is_found_where_nothing_is(void)
{
	struct pin pin = settled(NULL, 0);
	CHECK(reach_of(&pin, "192.0.2.1") == REACH_REMOTE);
}

static void an_exclusion_within_another_is_dropped(void)
{
	struct prefix prefixes[] = {
		excluding("192.0.2.128/25"),
		excluding("198.51.100.0/24"),
		excluding("192.0.2.0/24"),
		excluding("192.0.2.0/24"),
	};
	struct pin pin = settled(prefixes, 4);
	CHECK(pin.exempt_count == 2);
	CHECK(reach_of(&pin, "192.0.2.0") == REACH_EXCLUDED);
	CHECK(reach_of(&pin, "192.0.2.255") == REACH_EXCLUDED);
	CHECK(reach_of(&pin, "192.0.3.0") == REACH_REMOTE);
	CHECK(reach_of(&pin, "192.0.1.255") == REACH_REMOTE);
}

static void all_of_ipv6_holds_no_ipv4_address(void)
{
	struct prefix prefixes[] = {excluding("::/0"), excluding("192.0.2.0/24")};
	struct pin pin = settled(prefixes, 2);
	CHECK(pin.exempt_count == 2);
	CHECK(reach_of(&pin, "2001:db8::1") == REACH_EXCLUDED);
	CHECK(reach_of(&pin, "192.0.2.1") == REACH_EXCLUDED);
	CHECK(reach_of(&pin, "198.51.100.1") == REACH_REMOTE);
}

static void an_exclusion_goes_before_an_own_address(void)
{
	struct prefix prefixes[] = {
		{.ip = ip_of("192.0.2.7"), .length = 128, .reach = REACH_OWN, .ifindex = 2},
		excluding("192.0.2.0/24"),
		{.ip = ip_of("203.0.113.7"), .length = 128, .reach = REACH_OWN, .ifindex = 2},
	};
	struct pin pin = settled(prefixes, 3);
	CHECK(pin.exempt_count == 3);
	CHECK(reach_of(&pin, "192.0.2.7") == REACH_EXCLUDED);
	CHECK(reach_of(&pin, "203.0.113.7") == REACH_OWN);
	CHECK(reach_of(&pin, "203.0.113.8") == REACH_REMOTE);
}

static void of_an_address_on_two_interfaces_the_first_is_found(void)
{
	struct prefix prefixes[] = {
		{.ip = ip_of("fe80::1"), .length = 128, .reach = REACH_OWN, .ifindex = 2},
		{.ip = ip_of("fe80::1"), .length = 128, .reach = REACH_OWN, .ifindex = 3},
	};
	struct pin pin = settled(prefixes, 2);
	struct ip ip = ip_of("fe80::1");
	CHECK(pin.exempt_count == 2 && exempt_own(&pin, &ip)->ifindex == 2);
}

static bool prefix_holds(const struct prefix *prefix, const struct ip *ip)
{
	return (!ip_is_v4(ip) || prefix->length >= 96) &&
	       ip_common_bits(&prefix->ip, ip) >= prefix->length;
}

static bool port_fits(const struct prefix *prefix, uint16_t port)
{
	return prefix->port_low == 0 || (prefix->port_low <= port && port <= prefix->port_high);
}

static bool any_holds(const struct prefix *all, enum reach reach, const struct ip *ip,
		      uint16_t port, bool minds_port)
{
	for (size_t i = 0; i < COUNT; i++)
		if (all[i].reach == reach && prefix_holds(&all[i], ip) &&
		    (!minds_port || port_fits(&all[i], port)))
			return true;
	return false;
}

/* The rule, written as loops over all prefixes. */
static enum reach reach_by_looking_at_all(const struct prefix *all, bool has_only,
					  const struct ip *ip, uint16_t port)
{
	if (any_holds(all, REACH_EXCLUDED, ip, port, true))
		return REACH_EXCLUDED;
	if (any_holds(all, REACH_OWN, ip, port, false))
		return REACH_OWN;
	return !has_only || any_holds(all, REACH_REMOTE, ip, port, port != 0) ? REACH_REMOTE
									      : REACH_EXCLUDED;
}

/* Few bits differ, so that prefixes overlap. */
static struct ip any_ip(void)
{
	struct ip ip = rand() % 2 == 0 ? ip_of("192.0.2.0") : ip_of("2001:db8::");
	for (int i = 12; i < 16; i++)
		ip.bytes[i] = (uint8_t)(rand() % 6 * 50);
	ip.bytes[12] |= 1; /* neither the wildcard nor loopback */
	return ip;
}

/* Few ports, so that ranges overlap and touch. */
static void any_ports(struct prefix *prefix)
{
	if (rand() % 2 == 0)
		return;
	prefix->port_low = (uint16_t)(rand() % 30 + 1);
	prefix->port_high = (uint16_t)(prefix->port_low + rand() % 4);
}

static struct prefix any_prefix(enum reach reach)
{
	char text[IP_TEXT_SIZE + 4], address[IP_TEXT_SIZE];
	struct ip ip = any_ip();
	if (reach == REACH_OWN)
		return (struct prefix){.ip = ip, .length = 128, .reach = REACH_OWN, .ifindex = 2};
	int bits = ip_is_v4(&ip) ? rand() % 25 + 8 : rand() % 25 + 104;
	if (rand() % 50 == 0)
		bits = 96; /* an IPv6 address whose first 96 bits are the prefix's */
	if (ip_is_v4(&ip) && bits > 32)
		bits = 32;
	snprintf(text, sizeof(text), "%s/%d", ip_format(&ip, address), bits);
	struct prefix prefix = excluding(text);
	prefix.reach = reach;
	any_ports(&prefix);
	return prefix;
}

/* The i-th of COUNT prefixes. Most are own addresses: a few exclusions hold many addresses. */
static enum reach any_reach(size_t i, bool has_only)
{
	if (i >= COUNT / 10)
		return REACH_OWN;
	return has_only && i % 2 == 0 ? REACH_REMOTE : REACH_EXCLUDED;
}

static void it_is_what_looking_at_all_finds(bool has_only)
{
	static struct prefix all[COUNT], prefixes[COUNT];
	size_t count[REACH_EXCLUDED + 1] = {0};
	for (size_t i = 0; i < COUNT; i++)
		all[i] = any_prefix(any_reach(i, has_only));
	memcpy(prefixes, all, sizeof(all));
	struct pin pin = settled(prefixes, COUNT);
	for (int i = 0; i < 20000; i++) {
		struct ip ip = any_ip();
		uint16_t port = (uint16_t)(rand() % 36);
		enum reach expected = reach_by_looking_at_all(all, has_only, &ip, port);
		CHECK(pin_reach(&pin, &ip, port) == expected);
		count[expected]++;
	}
	CHECK(count[REACH_EXCLUDED] > 400 && count[REACH_OWN] > 400 && count[REACH_REMOTE] > 400);
}

static void an_exclusion_of_ports_holds_those_alone(void)
{
	struct prefix prefixes[] = {
		excluding("192.0.2.0/24:53"),
		excluding("192.0.2.7:8000-8099"),
		excluding("[2001:db8::/32]:443"),
	};
	struct pin pin = settled(prefixes, 3);
	CHECK(reach_at(&pin, "192.0.2.1", 53) == REACH_EXCLUDED);
	CHECK(reach_at(&pin, "192.0.2.1", 54) == REACH_REMOTE);
	CHECK(reach_at(&pin, "192.0.2.7", 53) == REACH_EXCLUDED);
	CHECK(reach_at(&pin, "192.0.2.7", 8000) == REACH_EXCLUDED);
	CHECK(reach_at(&pin, "192.0.2.7", 8099) == REACH_EXCLUDED);
	CHECK(reach_at(&pin, "192.0.2.7", 8100) == REACH_REMOTE);
	CHECK(reach_at(&pin, "2001:db8::1", 443) == REACH_EXCLUDED);
	CHECK(reach_at(&pin, "2001:db8::1", 53) == REACH_REMOTE);
	CHECK(reach_at(&pin, "192.0.2.7", 0) == REACH_REMOTE); /* a socket without ports */
	CHECK(pin.minds_ports);
}

static void ports_of_one_prefix_are_joined_if_they_touch(void)
{
	struct prefix prefixes[] = {
		excluding("192.0.2.0/24:81-90"), excluding("192.0.2.0/24:80"),
		excluding("192.0.2.0/24:85"),    excluding("192.0.2.0/24:92"),
		excluding("192.0.2.9:85-89"),    excluding("192.0.2.9:85-95"),
	};
	struct pin pin = settled(prefixes, 6);
	CHECK(pin.exempt_count == 3);
	CHECK(reach_at(&pin, "192.0.2.1", 90) == REACH_EXCLUDED);
	CHECK(reach_at(&pin, "192.0.2.1", 91) == REACH_REMOTE);
	CHECK(reach_at(&pin, "192.0.2.9", 91) == REACH_EXCLUDED);
	struct prefix all[] = {excluding("192.0.2.0/24:80"), excluding("192.0.2.0/24"),
			       excluding("192.0.2.0/24:443")};
	pin = settled(all, 3);
	CHECK(pin.exempt_count == 1 && reach_at(&pin, "192.0.2.1", 0) == REACH_EXCLUDED);
}

static void only_what_is_named_is_pinned(void)
{
	struct prefix prefixes[] = {
		only("192.0.2.0/24:443"),
		only("2001:db8::/32"),
		excluding("192.0.2.9"),
		{.ip = ip_of("203.0.113.7"), .length = 128, .reach = REACH_OWN, .ifindex = 2},
	};
	struct pin pin = settled(prefixes, 4);
	CHECK(reach_at(&pin, "192.0.2.1", 443) == REACH_REMOTE);
	CHECK(reach_at(&pin, "192.0.2.1", 80) == REACH_EXCLUDED);
	CHECK(reach_at(&pin, "192.0.2.9", 443) == REACH_EXCLUDED);
	CHECK(reach_at(&pin, "192.0.3.1", 443) == REACH_EXCLUDED);
	CHECK(reach_at(&pin, "2001:db8::1", 80) == REACH_REMOTE);
	CHECK(reach_at(&pin, "2001:db9::1", 80) == REACH_EXCLUDED);
	CHECK(reach_of(&pin, "203.0.113.7") == REACH_OWN);
	/* Of a socket without ports, an address that is named with ports is pinned. */
	CHECK(reach_at(&pin, "192.0.2.1", 0) == REACH_REMOTE);
	CHECK(reach_at(&pin, "192.0.3.1", 0) == REACH_EXCLUDED);
}

static bool covers(const char *wide, const char *narrow)
{
	struct prefix a = excluding(wide), b = only(narrow);
	return exempt_covers(&a, &b);
}

static void a_destination_covers_what_lies_within(void)
{
	CHECK(covers("192.0.2.0/24", "192.0.2.0/24:53") && covers("0.0.0.0/0", "192.0.2.1"));
	CHECK(covers("192.0.2.0/24:50-60", "192.0.2.1:53"));
	CHECK(!covers("192.0.2.0/24:53", "192.0.2.0/24"));
	CHECK(!covers("192.0.2.0/24:53", "192.0.2.0/24:53-54"));
	CHECK(!covers("192.0.2.0/25", "192.0.2.0/24") && !covers("::/0", "192.0.2.1"));
}

int main(void)
{
	nothing_is_found_where_nothing_is();
	an_exclusion_within_another_is_dropped();
	all_of_ipv6_holds_no_ipv4_address();
	an_exclusion_goes_before_an_own_address();
	of_an_address_on_two_interfaces_the_first_is_found();
	an_exclusion_of_ports_holds_those_alone();
	ports_of_one_prefix_are_joined_if_they_touch();
	only_what_is_named_is_pinned();
	a_destination_covers_what_lies_within();
	srand(1);
	for (int i = 0; i < 20; i++)
		it_is_what_looking_at_all_finds(i % 2 != 0);
	return 0;
}
