/* SPDX-License-Identifier: MIT */
/* In which order a pool's members are tried. */
#include "check.h"
#include "pin/pool.h"

enum { COUNT = 4 };

static struct member members[COUNT + 1];

static struct pin pool(enum pick pick)
{
	static const char *const texts[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3",
					    "203.0.113.4"};
	for (size_t i = 0; i < COUNT; i++)
		members[i] = (struct member){.v4 = {.mode = PIN_ADDRESS, .ip = ip_of(texts[i])},
					     .length = 128};
	members[COUNT] = (struct member){.v6 = {.mode = PIN_ADDRESS, .ip = ip_of("2001:db8::77")},
					 .length = 64};
	return (struct pin){.v4 = members[0].v4,
			    .v6 = members[COUNT].v6,
			    .members = members,
			    .member_count = COUNT + 1,
			    .pick = pick};
}

static size_t first(const struct pin *pin, uint64_t seed, const struct ip *peer)
{
	struct pool_walk walk = {.pin = pin, .is_v4 = true, .seed = seed, .peer = peer};
	return (size_t)(pool_next(&walk) - members);
}

static void each_order_has_every_member_of_the_family_once(void)
{
	struct ip peer = ip_of("192.0.2.1");
	for (enum pick pick = PICK_FIRST; pick < PICK_COUNT; pick++) {
		struct pin pin = pool(pick);
		struct pool_walk walk = {.pin = &pin, .is_v4 = true, .seed = 3, .peer = &peer};
		unsigned int seen = 0;
		const struct member *member;
		while ((member = pool_next(&walk)))
			seen += 1U << 4 * (member - members);
		CHECK(seen == 0x1111);
		walk = (struct pool_walk){.pin = &pin, .peer = &peer};
		CHECK(pool_next(&walk) == &members[COUNT] && !pool_next(&walk));
	}
}

static void round_robin_takes_the_next_and_first_always_the_first(void)
{
	struct pin pin = pool(PICK_ROUND_ROBIN), other = pool(PICK_FIRST);
	for (uint64_t seed = 0; seed < 9; seed++) {
		CHECK(first(&pin, seed, NULL) == seed % COUNT);
		CHECK(first(&other, seed, NULL) == 0);
	}
}

static void sticky_depends_on_the_peer_alone_and_uses_all_members(void)
{
	struct pin pin = pool(PICK_STICKY);
	struct ip peer = ip_of("192.0.2.1");
	size_t counts[COUNT] = {0};
	for (unsigned int i = 0; i < 256; i++) {
		peer.bytes[15] = (uint8_t)i;
		size_t chosen = first(&pin, i, &peer);
		CHECK(chosen == first(&pin, 7, &peer));
		counts[chosen]++;
	}
	for (size_t i = 0; i < COUNT; i++)
		CHECK(counts[i] > 30 && counts[i] < 100);
}

static void a_member_that_goes_changes_the_source_only_for_its_own_peers(void)
{
	struct pin pin = pool(PICK_STICKY), fewer = pool(PICK_STICKY);
	struct ip peer = ip_of("192.0.2.1");
	fewer.member_count = COUNT - 1;
	for (unsigned int i = 0; i < 256; i++) {
		peer.bytes[15] = (uint8_t)i;
		size_t chosen = first(&pin, 0, &peer);
		CHECK(chosen == COUNT - 1 || first(&fewer, 0, &peer) == chosen);
	}
}

static void a_prefix_gives_addresses_of_its_own(void)
{
	struct pin pin = pool(PICK_RANDOM), one = pin, other = pin;
	struct pool_walk walk = {.pin = &pin, .seed = 1};
	struct ip local = ip_of("2001:db8::1:2");
	pool_take(&one, &members[COUNT], &walk, NULL);
	walk.seed = 2;
	pool_take(&other, &members[COUNT], &walk, NULL);
	CHECK(one.member_count == 0 && !ip_equal(&one.v6.ip, &other.v6.ip));
	CHECK(ip_common_bits(&one.v6.ip, &local) >= 64);
	pool_take(&other, &members[COUNT], &walk, &local);
	CHECK(ip_equal(&other.v6.ip, &local));
	CHECK(pool_with_ip(&pin, &local) == &members[COUNT]);
}

int main(void)
{
	each_order_has_every_member_of_the_family_once();
	round_robin_takes_the_next_and_first_always_the_first();
	sticky_depends_on_the_peer_alone_and_uses_all_members();
	a_member_that_goes_changes_the_source_only_for_its_own_peers();
	a_prefix_gives_addresses_of_its_own();
	return 0;
}
