/* SPDX-License-Identifier: MIT */
/*
 * Finds out whether there may be a local route for a prefix. The kernel looks for local routes first. So
 * the neighbours of a link are no longer reached if a local route holds their addresses.
 */
#include "network/local_route.h"

#include <linux/rtnetlink.h>

#include "pin/exempt.h"
#include "pin/hold.h"

struct ip local_route_last(const struct prefix *prefix)
{
	struct ip ip = prefix->ip;

	for (unsigned int i = prefix->length; i < 128; i++)
		ip.bytes[i / 8] = (uint8_t)(ip.bytes[i / 8] | 0x80 >> i % 8);
	return ip;
}

/* Does the route lead to neighbours, of which some have addresses of the prefix? */
static bool leads_into(const struct route *route, const struct prefix *prefix)
{
	unsigned int length = route->bits + (route->is_v4 ? 96U : 0U);
	unsigned int shared = length < prefix->length ? length : prefix->length;

	return route->bits > 0 && !route->has_gateway && route->is_v4 == ip_is_v4(&prefix->ip) &&
	       ip_common_bits(&route->destination, &prefix->ip) >= shared;
}

struct local_route_loss local_route_loss(const struct route_list *routes,
					 const struct prefix *prefix)
{
	struct local_route_loss loss = {0};

	for (size_t i = 0; i < routes->count; i++) {
		const struct route *route = &routes->routes[i];

		if (!loss.link && route->ifindex != LOOPBACK_IFINDEX && leads_into(route, prefix))
			loss.link = route->ifindex;
		if (!loss.has_router && route->has_gateway &&
		    exempt_holds(prefix, &route->gateway)) {
			loss.has_router = true;
			loss.router = route->gateway;
		}
	}
	return loss;
}
