/* SPDX-License-Identifier: MIT */
/*
 * Local routes (`ip route add local PREFIX dev lo`): by one, this host takes what comes in for a prefix
 * of which it has no address.
 */
#ifndef BINDTO_LOCAL_ROUTE_H
#define BINDTO_LOCAL_ROUTE_H

#include "network/route.h"
#include "pin/pin.h"

/* What this host would lose by a local route for a prefix. */
struct local_route_loss {
	unsigned int
		link; /* the interface whose neighbours may have addresses of the prefix; 0: none */
	bool has_router; /* the prefix has the address of a router of this host: */
	struct ip router;
};

/* Returns the last address of the prefix. */
struct ip local_route_last(const struct prefix *prefix);

struct local_route_loss local_route_loss(const struct route_list *routes,
					 const struct prefix *prefix);

#endif
