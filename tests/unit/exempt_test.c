/* SPDX-License-Identifier: MIT */
/* The search for an exempt prefix takes few steps, and finds what a look at all of them finds. */
#include "check.h"
#include "pin/text.h"
#include "pin/exempt.h"

enum { COUNT = 1000 };

static struct prefix excluding(const char *text)
{
	struct prefix prefix;
	CHECK(prefix_parse(text, strlen(text), &prefix) == 0);
	return prefix;
}

static enum reach reach_of(const struct pin *pin, const char *address)
{
	struct ip ip = ip_of(address);
	const struct prefix *found = exempt_find(pin, &ip);
	return found == NULL ? REACH_REMOTE : found->reach;
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
		{ip_of("192.0.2.7"), 128, REACH_OWN, 2},
		excluding("192.0.2.0/24"),
		{ip_of("203.0.113.7"), 128, REACH_OWN, 2},
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
		{ip_of("fe80::1"), 128, REACH_OWN, 2},
		{ip_of("fe80::1"), 128, REACH_OWN, 3},
	};
	struct pin pin = settled(prefixes, 2);
	struct ip ip = ip_of("fe80::1");
	CHECK(pin.exempt_count == 2 && exempt_find(&pin, &ip)->ifindex == 2);
}

static bool prefix_holds(const struct prefix *prefix, const struct ip *ip)
{
	return (!ip_is_v4(ip) || prefix->length >= 96) &&
	       ip_common_bits(&prefix->ip, ip) >= prefix->length;
}

/* The rule as one loop over all prefixes; exclusions come first. */
static enum reach reach_by_looking_at_all(const struct prefix *all, const struct ip *ip)
{
	for (size_t i = 0; i < COUNT; i++)
		if (prefix_holds(&all[i], ip))
			return all[i].reach;
	return REACH_REMOTE;
}

/* Few bits differ, so that prefixes overlap. */
static struct ip any_ip(void)
{
	struct ip ip = rand() % 2 == 0 ? IP_V4_WILDCARD : ip_of("2001:db8::");
	for (int i = 12; i < 16; i++)
		ip.bytes[i] = (uint8_t)(rand() % 6 * 50);
	return ip;
}

static struct prefix any_prefix(bool excluded)
{
	char text[IP_TEXT_SIZE + 4], address[IP_TEXT_SIZE];
	struct ip ip = any_ip();
	if (!excluded)
		return (struct prefix){ip, 128, REACH_OWN, 2};
	int bits = ip_is_v4(&ip) ? rand() % 25 + 8 : rand() % 25 + 104;
	if (rand() % 50 == 0)
		bits = 96; /* an IPv6 address whose first 96 bits are the prefix's */
	if (ip_is_v4(&ip) && bits > 32)
		bits = 32;
	snprintf(text, sizeof(text), "%s/%d", ip_format(&ip, address), bits);
	return excluding(text);
}

static void it_is_what_looking_at_all_finds(void)
{
	static struct prefix all[COUNT], prefixes[COUNT];
	size_t exempt = 0;
	srand(1);
	for (size_t i = 0; i < COUNT; i++)
		all[i] = any_prefix(i < COUNT / 20);
	memcpy(prefixes, all, sizeof(all));
	struct pin pin = settled(prefixes, COUNT);
	for (int i = 0; i < 20000; i++) {
		struct ip ip = any_ip();
		const struct prefix *found = exempt_find(&pin, &ip);
		enum reach expected = reach_by_looking_at_all(all, &ip);
		CHECK((found == NULL ? REACH_REMOTE : found->reach) == expected);
		exempt += found != NULL;
	}
	CHECK(exempt > 2000 && exempt < 18000);
}

int main(void)
{
	nothing_is_found_where_nothing_is();
	an_exclusion_within_another_is_dropped();
	all_of_ipv6_holds_no_ipv4_address();
	an_exclusion_goes_before_an_own_address();
	of_an_address_on_two_interfaces_the_first_is_found();
	it_is_what_looking_at_all_finds();
	return 0;
}
