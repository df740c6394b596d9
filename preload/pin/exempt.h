/* SPDX-License-Identifier: MIT */
/*
 * Finds out what the user says of a destination (--exclude, --only), and whether this host has an
 * address. A program may have a thousand exclusions, and every connect looks.
 */
#ifndef BINDTO_EXEMPT_H
#define BINDTO_EXEMPT_H

#include "pin/pin.h"

/*
 * Sorts prefixes, pin->exempt_count of them, into the order that the functions below need, and
 * makes them those of *pin. Drops or joins destinations that lie within others of their kind. Call
 * it again whenever a prefix was added.
 */
void exempt_settle(struct pin *pin, struct prefix *prefixes);

/*
 * Does an exclusion hold the destination? port is 0 for a socket that has no ports, which no
 * exclusion of ports holds.
 */
bool exempt_is_excluded(const struct pin *pin, const struct ip *ip, uint16_t port);

/* Returns the prefix of this host's own address ip, or NULL. An exclusion goes before it. */
const struct prefix *exempt_own(const struct pin *pin, const struct ip *ip);

/*
 * Returns REACH_EXCLUDED if the user names the only destinations that are pinned, and this is none
 * of them; else REACH_REMOTE. For a socket without ports (port is 0), an address that --only names
 * with some ports is one of them.
 */
enum reach exempt_reach_abroad(const struct pin *pin, const struct ip *ip, uint16_t port);

/* Does *wide, which is not this host's own address, hold all that *narrow holds? */
bool exempt_covers(const struct prefix *wide, const struct prefix *narrow);

/* Does the prefix hold ip? One of IPv6 holds no IPv4 address, although by its bits ::/0 would. */
bool exempt_holds(const struct prefix *prefix, const struct ip *ip);

#endif
