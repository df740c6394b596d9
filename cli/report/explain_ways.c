/* SPDX-License-Identifier: MIT */
/*
 * Finds out by which way the packets of each member of the pin would leave, and whether answers would
 * be let in. The destinations are documentation addresses (RFC 5737, RFC 3849): nobody has them, so the
 * kernel routes them like the rest of the world.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "network/kind.h"
#include "report/explain.h"

static const char V4_WORLD[] = "192.0.2.1", V6_WORLD[] = "2001:db8::1";

enum { RP_FILTER_STRICT = 1 };

static struct ip world(bool is_v4)
{
	struct ip ip;

	(void)ip_parse(is_v4 ? V4_WORLD : V6_WORLD, &ip); /* cannot fail: they are addresses */
	return ip;
}

bool explain_leaves(const struct way *way)
{
	return way->end >= WAY_FILTERED;
}

const char *explain_lack(const struct interface *interface)
{
	const char *state = kind_state(interface);

	return strcmp(state, "no-carrier") == 0 ? "has no carrier"
	       : strcmp(state, "down") == 0     ? "is down"
						: "is dormant";
}

bool explain_has_no_link(const struct interface *interface)
{
	return interface->flags & IFF_LOOPBACK ||
	       (interface->driver && strcmp(interface->driver, "dummy") == 0);
}

/* Has the main table a default route over the interface? */
static bool has_default(const struct explanation *explanation, unsigned int ifindex, bool is_v4)
{
	for (size_t i = 0; i < explanation->routes.count; i++) {
		const struct route *route = &explanation->routes.routes[i];

		if (route->bits == 0 && route->is_v4 == is_v4 && route->table == RT_TABLE_MAIN &&
		    route->ifindex == ifindex)
			return true;
	}
	return false;
}

/* The interface that the user means: that of -i, else the one that has the address. */
static const struct interface *meant(const struct explanation *explanation, const struct way *way)
{
	unsigned int index = way->ifindex ? way->ifindex : way->source->scope;

	if (index)
		return network_by_index(&explanation->network, index);
	return way->source->mode == PIN_ADDRESS ? explain_owner(explanation, &way->source->ip)
						: NULL;
}

/*
 * There is no way. Would a default route not help, because a rule (ip-rule(8)) or a route of type
 * prohibit or blackhole stops the packets? The kernel tells these two from a missing route by the error,
 * but no rule of type unreachable. A VRF's table has to end in such a route.
 */
static bool is_stopped(const struct explanation *explanation, const struct way *way, int error)
{
	if (way->interface && way->interface->in_vrf)
		return false;
	if (error == -EACCES || error == -EINVAL)
		return true;
	return way->ifindex ? has_default(explanation, way->ifindex, way->is_v4)
			    : explanation->unpinned[way->is_v4].error == 0;
}

/* Returns the value of the setting, or -1 if it does not exist. */
static int rp_filter(const char *interface)
{
	AUTO_FREE char *path = alloc_text("/proc/sys/net/ipv4/conf/%s/rp_filter", interface);
	CLEANUP(cleanup_file) FILE *file = fopen(path, "re");
	int digit = file ? fgetc(file) : EOF;

	return digit >= '0' && digit <= '9' ? digit - '0' : -1;
}

/*
 * Strict filtering drops a packet if this host would send the answer by another interface. The
 * larger of the two settings counts; 2 is loose (IN_DEV_RPFILTER and fib_validate_source() in the
 * kernel).
 */
static bool is_filtered(struct way *way)
{
	const struct interface *interface = way->interface;
	struct route_query back = {.destination = world(true), .source = &way->source->ip};
	struct route route = {0};

	if (!way->is_v4 || way->source->mode != PIN_ADDRESS || !interface ||
	    explain_has_no_link(interface))
		return false;
	int all = rp_filter("all"), own = rp_filter(interface->name);
	if ((all > own ? all : own) != RP_FILTER_STRICT)
		return false;
	way->back = route_ask(&back, &route) == 0 ? route.ifindex : 0;
	return way->back != interface->index;
}

static enum way_end end_of(const struct explanation *explanation, struct way *way)
{
	const struct pin_source *source = way->source;
	const unsigned int up = IFF_UP | IFF_RUNNING;
	struct route_query query = {.destination = world(way->is_v4), .ifindex = way->ifindex};

	if (source->mode == PIN_REFUSED)
		return WAY_REFUSED;
	if (way->ifindex && way->interface && (way->interface->flags & up) != up)
		return WAY_DOWN;
	if (source->mode == PIN_ADDRESS) {
		if (ip_is_wildcard(&source->ip))
			return WAY_NO_ADDRESS;
		if (ip_is_loopback(&source->ip) || ip_is_link_local(&source->ip))
			return WAY_LOCAL;
		query.source = &source->ip;
	}
	if (setting_is_given(&explanation->pin->settings, SETTING_MARK))
		query.mark = explanation->pin->settings.values[SETTING_MARK];
	int r = route_ask(&query, &way->route);
	if (r < 0)
		return is_stopped(explanation, way, r) ? WAY_STOPPED : WAY_NO_ROUTE;
	return is_filtered(way) ? WAY_FILTERED : WAY_OPEN;
}

/* member: of a pool, or NULL. */
static void add_way(struct explanation *explanation, const struct member *member, bool is_v4)
{
	const struct pin *pin = explanation->pin;
	struct way way = {
		.is_v4 = is_v4,
		.source = is_v4 ? &pin->v4 : &pin->v6,
		.member = member,
		.ifindex = pin->ifindex,
	};

	if (member)
		way.source = is_v4 ? &member->v4 : &member->v6;
	if (member && member->ifindex)
		way.ifindex = member->ifindex;
	/* A pool of interfaces passes over what has no route, one of addresses does not. */
	way.is_spare = member && !member->ifindex && pin->pick == PICK_FIRST &&
		       explanation->way_count > 0 &&
		       explanation->ways[explanation->way_count - 1].is_v4 == is_v4;
	way.interface = meant(explanation, &way);
	way.end = end_of(explanation, &way);
	explanation->ways = alloc_grow(explanation->ways, explanation->way_count, sizeof(way));
	explanation->ways[explanation->way_count++] = way;
}

static void add_family(struct explanation *explanation, bool is_v4)
{
	const struct pin *pin = explanation->pin;
	struct unpinned_way *unpinned = &explanation->unpinned[is_v4];
	struct route_query plain = {.destination = world(is_v4)};
	size_t before = explanation->way_count;

	unpinned->error = route_ask(&plain, &unpinned->route);
	for (size_t i = 0; i < pin->member_count; i++)
		if (pool_has_family(&pin->members[i], is_v4))
			add_way(explanation, &pin->members[i], is_v4);
	if (explanation->way_count == before)
		add_way(explanation, NULL, is_v4);
}

void explain_ways(struct explanation *explanation)
{
	add_family(explanation, true);
	add_family(explanation, false);
}

bool explain_is_alike(const struct way *a, const struct way *b)
{
	return a->is_v4 == b->is_v4 && a->end == b->end && a->interface == b->interface &&
	       a->route.ifindex == b->route.ifindex &&
	       a->route.has_gateway == b->route.has_gateway &&
	       ip_equal(&a->route.gateway, &b->route.gateway);
}

bool explain_is_first(const struct explanation *explanation, const struct way *way)
{
	for (const struct way *before = explanation->ways; before < way; before++)
		if (explain_is_alike(before, way))
			return false;
	return true;
}

char *explain_sources(const struct explanation *explanation, const struct way *way)
{
	const struct way *end = explanation->ways + explanation->way_count;
	char *list = NULL;

	for (const struct way *at = way; at < end; at++)
		if (explain_is_alike(at, way)) {
			AUTO_FREE char *source = explain_source(at);

			alloc_append(&list, "%s%s", list ? ", " : "", source);
		}
	return list;
}

const struct way *explain_taken(const struct explanation *explanation, bool is_v4)
{
	const struct way *first = NULL;

	for (size_t i = 0; i < explanation->way_count; i++) {
		const struct way *way = &explanation->ways[i];

		if (way->is_v4 != is_v4)
			continue;
		if (!way->is_spare && explain_leaves(way))
			return way;
		first = first ? first : way;
	}
	return first;
}
