/* SPDX-License-Identifier: MIT */
/* Chooses a member of a pool. */
#include "pin/pool.h"

#include <string.h>

#include "pin/exempt.h"

/* Arrays, not pointers, because the loader would have to relocate each pointer. */
static const char PICKS[PICK_COUNT][sizeof("round-robin")] = {
	[PICK_FIRST] = "first",
	[PICK_RANDOM] = "random",
	[PICK_ROUND_ROBIN] = "round-robin",
	[PICK_STICKY] = "sticky",
};

const char *pool_pick_name(enum pick pick)
{
	return PICKS[pick];
}

bool pool_has_interfaces(const struct pin *pin)
{
	return pin->member_count > 0 && pin->members[0].ifindex != 0;
}

static const struct pin_source *source_of(const struct member *member, bool is_v4)
{
	return is_v4 ? &member->v4 : &member->v6;
}

bool pool_has_family(const struct member *member, bool is_v4)
{
	return source_of(member, is_v4)->mode == PIN_ADDRESS;
}

static bool has_ip(const struct member *member, const struct ip *ip)
{
	bool is_v4 = ip_is_v4(ip);
	return pool_has_family(member, is_v4) && !ip_is_wildcard(ip) &&
	       ip_common_bits(&source_of(member, is_v4)->ip, ip) >= member->length;
}

const struct member *pool_with_device(const struct pin *pin, unsigned int ifindex)
{
	for (size_t i = 0; i < pin->member_count && ifindex != 0; i++)
		if (pin->members[i].ifindex == ifindex)
			return &pin->members[i];
	return NULL;
}

const struct member *pool_with_ip(const struct pin *pin, const struct ip *ip)
{
	for (size_t i = 0; i < pin->member_count; i++)
		if (has_ip(&pin->members[i], ip))
			return &pin->members[i];
	/* The kernel may have chosen another address of the interface. */
	const struct prefix *own = pool_has_interfaces(pin) ? exempt_own(pin, ip) : NULL;
	return own ? pool_with_device(pin, own->ifindex) : NULL;
}

uint64_t pool_mix(uint64_t number)
{
	/* The last steps of Sebastiano Vigna's splitmix64. */
	number += 0x9e3779b97f4a7c15;
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
	number = (number ^ number >> 27) * 0x94d049bb133111eb;
	return number ^ number >> 31;
}

/* Mixes 16 bytes into a number. */
static uint64_t mix_bytes(uint64_t number, const void *bytes)
{
	uint64_t halves[2];
	memcpy(halves, bytes, sizeof(halves));
	return pool_mix(pool_mix(number ^ halves[0]) ^ halves[1]);
}

/*
 * How well does the member suit the peer? The best one of all is taken (rendezvous hashing), so that
 * a member which comes or goes changes the source only for its own peers. An interface counts by its
 * name, because its address may change.
 */
static uint64_t weight_of(const struct pool_walk *walk, const struct member *member)
{
	_Static_assert(sizeof(member->ifname) == sizeof(struct ip), "mix_bytes() reads 16 bytes");
	const void *name = member->ifname;
	if (member->ifindex == 0)
		name = &source_of(member, walk->is_v4)->ip;
	return mix_bytes(mix_bytes(0, walk->peer), name);
}

static const struct member *next_by_weight(struct pool_walk *walk)
{
	const struct member *found = NULL;
	uint64_t best = 0;
	for (size_t i = 0; i < walk->pin->member_count; i++) {
		const struct member *member = &walk->pin->members[i];
		uint64_t weight = weight_of(walk, member);
		bool is_next = walk->tried == 0 || weight < walk->weight;
		if (!pool_has_family(member, walk->is_v4) || !is_next || (found && weight <= best))
			continue;
		found = member;
		best = weight;
	}
	walk->weight = best;
	walk->tried++;
	return found;
}

static size_t count_family(const struct pool_walk *walk)
{
	size_t count = 0;
	for (size_t i = 0; i < walk->pin->member_count; i++)
		count += pool_has_family(&walk->pin->members[i], walk->is_v4);
	return count;
}

static bool is_by_peer(const struct pool_walk *walk)
{
	return walk->pin->pick == PICK_STICKY && walk->peer;
}

const struct member *pool_next(struct pool_walk *walk)
{
	if (is_by_peer(walk))
		return next_by_weight(walk);
	size_t count = count_family(walk);
	if (walk->tried >= count)
		return NULL;
	size_t at = walk->pin->pick == PICK_FIRST ? 0 : (size_t)(walk->seed % count);
	at = (at + walk->tried++) % count;
	const struct member *member = walk->pin->members;
	while (!pool_has_family(member, walk->is_v4) || at-- > 0)
		member++;
	return member;
}

/* Returns an address of the member, whose bits behind the prefix come from the seed or the peer. */
static struct ip address_in(const struct pool_walk *walk, const struct member *member)
{
	struct ip ip = source_of(member, walk->is_v4)->ip;
	uint64_t number = is_by_peer(walk) ? mix_bytes(0, walk->peer) : pool_mix(walk->seed);
	if (walk->pin->pick == PICK_FIRST)
		return ip;
	for (unsigned int i = member->length; i < 128; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);
		ip.bytes[i / 8] = (uint8_t)(ip.bytes[i / 8] & ~bit);
		if ((number >> i % 64 & 1) != 0)
			ip.bytes[i / 8] |= bit;
	}
	return ip;
}

void pool_take(struct pin *pin, const struct member *member, const struct pool_walk *walk,
	       const struct ip *local)
{
	pin->member_count = 0;
	if (member->ifindex != 0) {
		pin->v4 = member->v4;
		pin->v6 = member->v6;
		pin->ifindex = member->ifindex;
		pin->is_member = true;
		memcpy(pin->ifname, member->ifname, sizeof(pin->ifname));
		return;
	}
	struct pin_source *source = walk->is_v4 ? &pin->v4 : &pin->v6;
	*source = *source_of(member, walk->is_v4);
	if (member->length < 128)
		source->ip = local && has_ip(member, local) ? *local : address_in(walk, member);
}
