/* SPDX-License-Identifier: MIT */
/*
 * Tells what is wrong with the ways that explain_ways.c found, and the command that mends it. What
 * concerns one member of a pool is a warning as long as sockets can take another one.
 */
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "command.h"
#include "network/kind.h"
#include "report/explain.h"

enum { METRIC_STEP = 100 };

/* Returns a router of this family that another route over the interface names, or "GATEWAY". */
static char *gateway_of(const struct explanation *explanation, const struct interface *interface,
			bool is_v4)
{
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < explanation->routes.count; i++) {
		const struct route *route = &explanation->routes.routes[i];

		if (route->ifindex == interface->index && route->has_gateway &&
		    ip_is_v4(&route->gateway) == is_v4)
			return alloc_copy(ip_format(&route->gateway, text));
	}
	return alloc_copy("GATEWAY");
}

/* Returns a metric behind those of all default routes, so that nothing else changes its way. */
static uint32_t last_metric(const struct explanation *explanation, bool is_v4)
{
	uint32_t last = 0;

	for (size_t i = 0; i < explanation->routes.count; i++) {
		const struct route *route = &explanation->routes.routes[i];

		if (route->bits == 0 && route->is_v4 == is_v4 && route->table == RT_TABLE_MAIN &&
		    route->metric > last && route->metric < UINT32_MAX - METRIC_STEP)
			last = route->metric;
	}
	return last + METRIC_STEP;
}

static char *route_command(const struct explanation *explanation, const struct interface *interface,
			   bool is_v4)
{
	char *text = alloc_copy(is_v4 ? "ip route add default" : "ip -6 route add default");

	if (!kind_is_point_to_point(interface)) {
		AUTO_FREE char *gateway = gateway_of(explanation, interface, is_v4);

		alloc_append(&text, " via %s", gateway);
	}
	alloc_append(&text, " dev");
	command_quote(&text, interface->name);
	alloc_append(&text, " metric %u", last_metric(explanation, is_v4));
	return text;
}

/* Is every pin a loopback address? The user then does not expect it to lead out. */
static bool is_loopback(const struct explanation *explanation)
{
	bool has_pin = false;

	for (size_t i = 0; i < explanation->way_count; i++) {
		const struct way *way = &explanation->ways[i];

		if (way->end == WAY_REFUSED)
			continue;
		if (way->end != WAY_LOCAL || !ip_is_loopback(&way->source->ip))
			return false;
		has_pin = true;
	}
	return has_pin;
}

/* Gets a way that sockets take this far? of: 4 or 6 for a way of that family; 0: of any. */
static bool gets_to(const struct explanation *explanation, enum way_end end, int of)
{
	for (size_t i = 0; i < explanation->way_count; i++) {
		const struct way *way = &explanation->ways[i];

		if (!way->is_spare && way->end >= end && (of == 0 || of == (way->is_v4 ? 4 : 6)))
			return true;
	}
	return false;
}

static int family_of(const struct way *way)
{
	return way->is_v4 ? 4 : 6;
}

/*
 * Many networks have no IPv6, or only link-local addresses. That is no trap as long as the other
 * family leads out: in a pool of interfaces by the same one, else by any way, and no other way of this
 * family does.
 */
static bool is_expected(const struct explanation *explanation, const struct way *way)
{
	bool is_any = way->source->mode == PIN_ANY;
	bool is_poor =
		way->end == WAY_LOCAL || way->end == WAY_NO_ADDRESS ||
		(way->end == WAY_NO_ROUTE && is_any) ||
		(way->end == WAY_STOPPED && is_any && explanation->unpinned[way->is_v4].error != 0);
	bool has_other = false, has_own = false;

	for (size_t i = 0; i < explanation->way_count; i++) {
		const struct way *at = &explanation->ways[i];

		if (way->ifindex != at->ifindex || !explain_leaves(at))
			continue;
		has_own |= at->is_v4 == way->is_v4;
		has_other |= at->is_v4 != way->is_v4;
	}
	return is_poor && has_other && !has_own;
}

static void append_sources(char **text, const struct explanation *explanation,
			   const struct way *way)
{
	AUTO_FREE char *sources = explain_sources(explanation, way);

	alloc_append(text, " from %s", sources);
}

static bool is_of_addresses(const struct way *way)
{
	return way->member && !way->member->ifindex;
}

static char *no_route_text(const struct explanation *explanation, const struct way *way)
{
	bool has_link = way->interface && !explain_has_no_link(way->interface);
	char *text;

	if (way->end == WAY_LOCAL && is_of_addresses(way)) {
		text = explain_sources(explanation, way);
		alloc_append(&text, " lead%s no further than %s", strchr(text, ',') ? "" : "s",
			     ip_is_loopback(&way->source->ip) ? "this host" : "the link");
		return text;
	}
	text = alloc_text("no IPv%d route leads out %s%s", family_of(way),
			  has_link ? "by " : "of this host", has_link ? way->interface->name : "");
	if (is_of_addresses(way))
		append_sources(&text, explanation, way);
	if (has_link)
		alloc_append(&text, ": only its own network is reached");
	return text;
}

static char *stopped_text(const struct explanation *explanation, const struct way *way)
{
	char *text =
		alloc_text("a rule or a route of this host stops IPv%d packets", family_of(way));

	if (way->source->mode == PIN_ADDRESS)
		append_sources(&text, explanation, way);
	if (way->ifindex)
		alloc_append(&text, " by %s", explain_name(explanation, way->ifindex));
	return text;
}

static char *up_command(const struct interface *interface)
{
	char *text = NULL;

	if (interface->flags & IFF_UP)
		return NULL;
	text = alloc_copy("ip link set");
	command_quote(&text, interface->name);
	alloc_append(&text, " up");
	return text;
}

/* Would a default route over the interface help? */
static bool can_have_route(const struct way *way)
{
	const struct interface *interface = way->interface;

	return way->end == WAY_NO_ROUTE && interface && !interface->in_vrf &&
	       !explain_has_no_link(interface);
}

/* A way that does not lead out. */
static void find_no_way(struct explanation *explanation, const struct way *way)
{
	const struct interface *interface = way->interface;
	enum severity severity =
		gets_to(explanation, WAY_FILTERED, 0) ? SEVERITY_WARNING : SEVERITY_PROBLEM;

	switch (way->end) {
	case WAY_DOWN:
		explain_find(explanation, severity, "no-link",
			     alloc_text("%s %s", interface->name, explain_lack(interface)),
			     up_command(interface));
		break;
	case WAY_NO_ADDRESS:
		explain_find(explanation, severity, "no-address",
			     alloc_text("%s has no IPv%d address", interface->name, family_of(way)),
			     NULL);
		break;
	case WAY_LOCAL:
	case WAY_NO_ROUTE:
		explain_find(explanation, severity, "no-route", no_route_text(explanation, way),
			     can_have_route(way) ? route_command(explanation, interface, way->is_v4)
						 : NULL);
		break;
	case WAY_STOPPED:
		explain_find(explanation, severity, "stopped", stopped_text(explanation, way),
			     NULL);
		break;
	case WAY_REFUSED:
	case WAY_FILTERED:
	case WAY_OPEN:
		break;
	}
}

/* Are all sources addresses of this interface? Else -i cannot serve them all. */
static bool are_all_on(const struct explanation *explanation, const struct interface *interface)
{
	for (size_t i = 0; i < explanation->way_count; i++) {
		const struct way *way = &explanation->ways[i];

		if (way->source->mode == PIN_ADDRESS && way->interface != interface)
			return false;
	}
	return true;
}

static void find_other_uplink(struct explanation *explanation, const struct way *way)
{
	const struct interface *owner = way->interface;

	if (way->ifindex || way->source->mode != PIN_ADDRESS || !owner || !explain_leaves(way) ||
	    way->route.ifindex == owner->index || explain_has_no_link(owner))
		return;
	AUTO_FREE char *added = alloc_copy("-i");
	AUTO_FREE char *sources = explain_sources(explanation, way);
	command_quote(&added, owner->name);
	explain_find(explanation, SEVERITY_WARNING, "other-uplink",
		     alloc_text("packets from %s, %s of %s, would leave by %s", sources,
				strchr(sources, ',') ? "addresses" : "an address", owner->name,
				explain_name(explanation, way->route.ifindex)),
		     are_all_on(explanation, owner) ? command_with(explanation->options, added)
						    : NULL);
}

/* sysctl(8) parts names at dots, and takes a slash for a dot within a name. */
static char *rp_filter_command(const struct interface *interface)
{
	AUTO_FREE char *name = alloc_copy(interface->name);

	for (char *c = name; *c; c++)
		if (*c == '.')
			*c = '/';
	AUTO_FREE char *setting = alloc_text("net.ipv4.conf.%s.rp_filter=2", name);
	char *text = alloc_copy("sysctl -w");
	command_quote(&text, setting);
	return text;
}

static void find_strict_filter(struct explanation *explanation, const struct way *way)
{
	if (way->end != WAY_FILTERED)
		return;
	explain_find(
		explanation,
		gets_to(explanation, WAY_OPEN, 4) ? SEVERITY_WARNING : SEVERITY_PROBLEM,
		"reverse-path",
		alloc_text("%s drops what comes in (rp_filter is 1, strict): the routing table "
			   "sends by %s",
			   way->interface->name,
			   way->back ? explain_name(explanation, way->back) : "no interface"),
		rp_filter_command(way->interface));
}

/* Has the same been told about a way before this one? */
static bool is_told(const struct explanation *explanation, const struct way *way)
{
	for (const struct way *at = explanation->ways; at < way; at++)
		if (at->end == WAY_DOWN && way->end == WAY_DOWN && at->interface == way->interface)
			return true;
	return !explain_is_first(explanation, way);
}

void explain_uplinks(struct explanation *explanation)
{
	if (is_loopback(explanation))
		return;
	for (size_t i = 0; i < explanation->way_count; i++) {
		const struct way *way = &explanation->ways[i];

		if (is_told(explanation, way))
			continue;
		if (!is_expected(explanation, way))
			find_no_way(explanation, way);
		find_other_uplink(explanation, way);
		find_strict_filter(explanation, way);
	}
}
