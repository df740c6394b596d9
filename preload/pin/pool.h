/* SPDX-License-Identifier: MIT */
/*
 * A pool: several sources, of which each socket gets one. To judge a call, its socket's member takes
 * the place of the pin's own source, so that all other verdicts know one source only. Nothing is
 * remembered about a socket: its address and its device tell its member.
 */
#ifndef BINDTO_POOL_H
#define BINDTO_POOL_H

#include "pin/pin.h"

/*
 * One source of a pool. In a pool of addresses a member has one family. In a pool of interfaces it
 * has both, and an address that the interface lacks so far is a wildcard.
 */
struct member {
	struct pin_source v4, v6;
	uint8_t length;       /* --freebind: of a prefix, in bits of the 16-byte form; else 128 */
	unsigned int ifindex; /* 0 in a pool of addresses */
	char ifname[IF_NAMESIZE];
};

/* Returns the word of --pick, which the pin's text has as well. */
const char *pool_pick_name(enum pick pick);

/* Do the members have interfaces of their own? */
bool pool_has_interfaces(const struct pin *pin);

/* Has the member an address of this family? */
bool pool_has_family(const struct member *member, bool is_v4);

/* Returns the member that has ip, or NULL. */
const struct member *pool_with_ip(const struct pin *pin, const struct ip *ip);

/* Returns the member that has the interface, or NULL. */
const struct member *pool_with_device(const struct pin *pin, unsigned int ifindex);

/* Goes through the members of a family in the order of preference. */
struct pool_walk {
	const struct pin *pin;
	bool is_v4;
	uint64_t seed;         /* random and round-robin start at this member, counted round */
	const struct ip *peer; /* sticky decides by this; NULL: by seed */
	size_t tried;          /* set it to 0 */
	uint64_t weight;       /* set it to 0 */
};
const struct member *pool_next(struct pool_walk *walk);

/*
 * Gives *pin the member's source, which is the only one then. If the member is a prefix, the source
 * is one of its addresses: local if that is one, else by the walk's seed or peer.
 */
void pool_take(struct pin *pin, const struct member *member, const struct pool_walk *walk,
	       const struct ip *local);

/* Returns a number in which each bit depends on every bit of the given one. */
uint64_t pool_mix(uint64_t number);

#endif
