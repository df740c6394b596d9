/* SPDX-License-Identifier: MIT */
/* Tells whether an interface can carry packets now. */
#ifndef BINDTO_UPLINK_H
#define BINDTO_UPLINK_H

#include <stdbool.h>

#include "pin/sockaddr.h"

/* Is the interface up, and does it have a carrier? fd is any IPv4 or IPv6 socket. */
bool uplink_is_up(int fd, const char *name);

/* Returns the index of the interface, or 0 if there is none. */
unsigned int uplink_index(int fd, const char *name);

/*
 * Does a route to the peer leave by the interface? If peer is NULL, a default route is asked for. If
 * it cannot be found out, the answer is no.
 */
bool uplink_has_route(unsigned int ifindex, bool is_v4, const struct ip *peer);

/*
 * Is the IPv4 address a broadcast address of one of this host's networks? A socket that is bound to
 * such an address sends from another one (inet_bind()).
 */
bool uplink_is_broadcast(const struct ip *ip);

#endif
