/* SPDX-License-Identifier: MIT */
/*
 * Finds out which uplink would carry the packets, and whether the answers would be let in. The
 * destinations are documentation addresses (RFC 5737, RFC 3849): nobody has them, so the kernel
 * routes them like the rest of the world.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "command.h"
#include "network/kind.h"
#include "report/explain.h"

static const char V4_WORLD[] = "192.0.2.1", V6_WORLD[] = "2001:db8::1";

enum { RP_FILTER_STRICT = 1, METRIC_STEP = 100 };

static struct ip world(bool is_v4)
{
	struct ip ip;

	(void)ip_parse(is_v4 ? V4_WORLD : V6_WORLD, &ip); /* cannot fail: they are addresses */
	return ip;
}

static bool is_pinned(const struct way *way)
{
	return way->source->mode == PIN_ADDRESS;
}

static void ask_ways(struct explanation *explanation)
{
	for (size_t i = 0; i < WAY_COUNT; i++) {
		struct way *way = &explanation->ways[i];
		struct route_query query = {.destination = world(i == 0)};

		way->is_v4 = i == 0;
		way->source = way->is_v4 ? &explanation->pin->v4 : &explanation->pin->v6;
		way->plain_error = route_ask(&query, &way->plain);
		if (is_pinned(way)) {
			const struct ip *ip = &way->source->ip;

			query.source = ip;
			way->is_local = ip_is_loopback(ip) || ip_is_link_local(ip);
		}
		query.ifindex = explanation->pin->ifindex;
		if (setting_is_given(&explanation->pin->settings, SETTING_MARK))
			query.mark = explanation->pin->settings.values[SETTING_MARK];
		way->error = route_ask(&query, &way->route);
	}
}

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

/* Returns the interface that the user means: that of -i, else the one that has the address. */
static const struct interface *meant(const struct explanation *explanation, const struct way *way)
{
	if (explanation->pin->ifindex)
		return network_by_index(&explanation->network, explanation->pin->ifindex);
	return is_pinned(way) ? explain_owner(explanation, &way->source->ip) : NULL;
}

static bool leads_out(const struct way *way)
{
	return way->source->mode != PIN_REFUSED && !way->is_local && way->error == 0;
}

/* Is every pin a loopback address? The user then does not expect it to lead out. */
static bool is_loopback(const struct explanation *explanation)
{
	bool has_pin = false;

	for (size_t i = 0; i < WAY_COUNT; i++) {
		const struct way *way = &explanation->ways[i];

		if (way->source->mode == PIN_REFUSED)
			continue;
		if (!is_pinned(way) || !ip_is_loopback(&way->source->ip))
			return false;
		has_pin = true;
	}
	return has_pin;
}

static void find_no_route(struct explanation *explanation, const struct way *way)
{
	const struct interface *interface = meant(explanation, way);
	bool is_only = !leads_out(&explanation->ways[0]) && !leads_out(&explanation->ways[1]);
	int family = way->is_v4 ? '4' : '6';
	char *message;

	if (way->source->mode == PIN_REFUSED || (way->error == 0 && !way->is_local))
		return;
	/*
	 * Many networks have no IPv6, or only link-local addresses. That is no trap as long as the
	 * other family leads out.
	 */
	if (!is_only && (way->is_local || !is_pinned(way)))
		return;
	if (interface)
		message = alloc_text("no IPv%c route leads out by %s: only its own network is "
				     "reached",
				     family, interface->name);
	else
		message = alloc_text("no IPv%c route leads out of this host", family);
	explain_find(explanation, is_only ? SEVERITY_PROBLEM : SEVERITY_WARNING, "no-route",
		     message,
		     interface && !way->is_local ? route_command(explanation, interface, way->is_v4)
						 : NULL);
}

/* Is the other family pinned to another interface? Then -i cannot serve both. */
static bool other_is_elsewhere(const struct explanation *explanation, const struct way *way,
			       const struct interface *interface)
{
	const struct way *other = &explanation->ways[way->is_v4 ? 1 : 0];

	return is_pinned(other) && explain_owner(explanation, &other->source->ip) != interface;
}

/* A service address on lo or a dummy has no link of its own. It rightly leaves by another one. */
static bool has_no_link(const struct interface *interface)
{
	return interface->flags & IFF_LOOPBACK ||
	       (interface->driver && strcmp(interface->driver, "dummy") == 0);
}

static void find_other_uplink(struct explanation *explanation, const struct way *way)
{
	const struct interface *owner = meant(explanation, way);
	char ip[IP_TEXT_SIZE];

	if (explanation->pin->ifindex || !is_pinned(way) || !owner || !leads_out(way) ||
	    way->route.ifindex == owner->index || has_no_link(owner))
		return;
	AUTO_FREE char *added = alloc_copy("-i");
	command_quote(&added, owner->name);
	explain_find(explanation, SEVERITY_WARNING, "other-uplink",
		     alloc_text("packets from %s, an address of %s, would leave by %s",
				ip_format(&way->source->ip, ip), owner->name,
				explain_name(explanation, way->route.ifindex)),
		     other_is_elsewhere(explanation, way, owner)
			     ? NULL
			     : command_with(explanation->options, added));
}

/* Returns the value of the setting, or -1 if it does not exist. */
static int rp_filter(const char *interface)
{
	AUTO_FREE char *path = alloc_text("/proc/sys/net/ipv4/conf/%s/rp_filter", interface);
	CLEANUP(cleanup_file) FILE *file = fopen(path, "re");
	int digit = file ? fgetc(file) : EOF;

	return digit >= '0' && digit <= '9' ? digit - '0' : -1;
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

/*
 * Strict filtering drops a packet if this host would send the answer by another interface. The
 * larger of the two settings counts; 2 is loose (IN_DEV_RPFILTER and fib_validate_source() in the
 * kernel).
 */
static void find_strict_filter(struct explanation *explanation, const struct way *way)
{
	const struct interface *interface = meant(explanation, way);
	struct route_query back = {.destination = world(true), .source = &way->source->ip};
	struct route route = {0};

	if (!way->is_v4 || !is_pinned(way) || way->is_local || !interface || has_no_link(interface))
		return;
	int all = rp_filter("all"), own = rp_filter(interface->name);
	if ((all > own ? all : own) != RP_FILTER_STRICT)
		return;
	int r = route_ask(&back, &route);
	if (r == 0 && route.ifindex == interface->index)
		return;
	explain_find(
		explanation, SEVERITY_PROBLEM, "reverse-path",
		alloc_text("%s drops what comes in (rp_filter is 1, strict): the routing table "
			   "sends by %s",
			   interface->name,
			   r == 0 ? explain_name(explanation, route.ifindex) : "no interface"),
		rp_filter_command(interface));
}

void explain_uplinks(struct explanation *explanation)
{
	ask_ways(explanation);
	if (is_loopback(explanation))
		return;
	for (size_t i = 0; i < WAY_COUNT; i++) {
		const struct way *way = &explanation->ways[i];

		find_no_route(explanation, way);
		find_other_uplink(explanation, way);
		find_strict_filter(explanation, way);
	}
}
