/* SPDX-License-Identifier: MIT */
/* Prints an explanation as text: a table of facts, then the findings, then the answer. */
#include <linux/if_addr.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "network/kind.h"
#include "report/explain.h"

static void add(struct table *table, const char *label, char *text)
{
	table_add(table, COLOR_NAME, alloc_copy(label));
	table_add(table, COLOR_NONE, text);
}

static void add_program(struct table *table, const struct explanation *explanation)
{
	const struct target *target = explanation->target;
	const char *kind = coverage_kind(target->coverage);

	if (strcmp(target->path, target->judged_by) == 0)
		add(table, "program", alloc_text("%s (%s)", target->path, kind));
	else
		add(table, "program",
		    alloc_text("%s, run by %s (%s)", target->path, target->judged_by, kind));
}

static void add_engine(struct table *table, const struct explanation *explanation)
{
	const char *name = engine_names[explanation->engine];

	if (explanation->engine == ENGINE_SUPERVISE)
		add(table, "engine", alloc_text("%s: the options ask for it", name));
	else if (explanation->target->coverage != COVERAGE_FULL)
		add(table, "engine",
		    alloc_text("%s: supervised alone, for %s", name,
			       coverage_reason(explanation->target->coverage)));
	else if (!explanation->library)
		add(table, "engine", alloc_text("%s: without a library", name));
	else
		add(table, "engine", alloc_text("%s: %s", name, explanation->library));
}

/* Returns text like "by wlan0 via 198.51.100.1 from 198.51.100.2". sources may be NULL. */
static char *route_text(const struct explanation *explanation, const struct route *route,
			const char *sources)
{
	char ip[IP_TEXT_SIZE];
	char *text = alloc_text("by %s", explain_name(explanation, route->ifindex));

	if (route->has_gateway)
		alloc_append(&text, " via %s", ip_format(&route->gateway, ip));
	if (sources)
		alloc_append(&text, " from %s", sources);
	return text;
}

/* The same, from the address that the kernel chooses. */
static char *free_route_text(const struct explanation *explanation, const struct route *route)
{
	char ip[IP_TEXT_SIZE];

	return route_text(explanation, route,
			  route->has_source ? ip_format(&route->source, ip) : NULL);
}

static char *way_text(const struct explanation *explanation, const struct way *way)
{
	AUTO_FREE char *sources = explain_sources(explanation, way);
	bool is_address = way->source->mode == PIN_ADDRESS;

	switch (way->end) {
	case WAY_REFUSED:
		return alloc_copy("refused, for it has no pin");
	case WAY_DOWN:
		return alloc_text("by %s, which %s", way->interface->name,
				  explain_lack(way->interface));
	case WAY_NO_ADDRESS:
		return alloc_text("by %s, which has no address", way->interface->name);
	case WAY_LOCAL:
		return alloc_text("from %s, which leads no further than %s", sources,
				  ip_is_loopback(&way->source->ip) ? "this host" : "the link");
	case WAY_NO_ROUTE:
	case WAY_STOPPED:
		return is_address ? alloc_text("from %s, with no route out", sources)
				  : alloc_copy("no route out");
	case WAY_FILTERED:
	case WAY_OPEN:
		break;
	}
	return is_address ? route_text(explanation, &way->route, sources)
			  : free_route_text(explanation, &way->route);
}

static void add_family(struct table *table, const struct explanation *explanation, bool is_v4)
{
	const struct unpinned_way *unpinned = &explanation->unpinned[is_v4];

	for (size_t i = 0; i < explanation->way_count; i++) {
		const struct way *way = &explanation->ways[i];

		if (way->is_v4 == is_v4 && explain_is_first(explanation, way))
			add(table, is_v4 ? "IPv4" : "IPv6", way_text(explanation, way));
	}
	add(table, "  unpinned",
	    unpinned->error ? alloc_copy("no route out")
			    : free_route_text(explanation, &unpinned->route));
}

/* The interface of -i, or those of a pool. */
static void add_interfaces(struct table *table, const struct explanation *explanation)
{
	const struct pin *pin = explanation->pin;
	size_t count = pool_has_interfaces(pin) ? pin->member_count : 1;

	for (size_t i = 0; i < count; i++) {
		unsigned int index =
			pool_has_interfaces(pin) ? pin->members[i].ifindex : pin->ifindex;
		const struct interface *interface = network_by_index(&explanation->network, index);

		if (interface)
			add(table, "interface",
			    alloc_text("%s (%s, %s)", interface->name, kind_of(interface),
				       kind_state(interface)));
	}
}

static void add_pool(struct table *table, const struct pin *pin)
{
	char *text = NULL;

	for (size_t i = 0; i < pin->member_count; i++) {
		AUTO_FREE char *member = explain_member(&pin->members[i]);

		alloc_append(&text, i == 0 ? "%s of " : ", ", pool_pick_name(pin->pick));
		alloc_append(&text, "%s", member);
	}
	if (text)
		add(table, "pool", text);
}

static void add_ports(struct table *table, const struct pin *pin)
{
	if (!pin->port_low)
		return;
	add(table, "ports",
	    alloc_text("%u-%u, %s", pin->port_low, pin->port_high,
		       pin->ports_by_kernel ? "chosen by the kernel" : "tried one by one"));
}

static void add_view(struct table *table, const struct pin *pin)
{
	if (pin->views)
		add(table, "view",
		    alloc_text("of interfaces, loopback and the pinned %s alone",
			       pool_has_interfaces(pin) ? "ones" : "one"));
}

/* The options for sockets, as the user has given them. */
static void add_settings(struct table *table, const struct options *options)
{
	char *text = NULL;

	for (size_t i = 0; i < options->given_count; i++)
		if (options->given[i].row->about == ABOUT_SOCKET)
			alloc_append(&text, "%s%s %s", text ? ", " : "",
				     options->given[i].row->name, options->given[i].value);
	if (text)
		add(table, "sockets", text);
}

/* A mark may be for nftables alone, so that a missing rule is worth no warning. */
static void add_mark(struct table *table, const struct explanation *explanation)
{
	if (explain_mark_rule(explanation) == 0)
		add(table, "  mark", alloc_copy("no 'ip rule' looks at it"));
}

/* The profile, and the options of it that the command line does not displace. */
static void add_profile(struct table *table, const struct options *options)
{
	const char *path = options->profile.path;
	char *text = path ? alloc_text("%s:", path) : NULL;

	for (size_t i = 0; i < options->given_count; i++) {
		const struct given *given = &options->given[i];

		if (given->line)
			alloc_append(&text, " --%s%s%s", given->row->name, given->value ? "=" : "",
				     given->value ? given->value : "");
	}
	if (text)
		add(table, "profile", text);
}

static const char *server_text(enum server_reach reach)
{
	switch (reach) {
	case SERVER_UNPINNED:
		return "asked by glibc itself, unpinned (the default engine pins it)";
	case SERVER_HERE:
		return "on this host, and what it asks others is not pinned";
	case SERVER_EXCLUDED:
		return "excluded, asked unpinned";
	case SERVER_PINNED:
		return "asked from the pin";
	case SERVER_ELSEWHERE:
		return "asked from the pin, a neighbour on another interface";
	case SERVER_UNREACHABLE:
		return "not reached";
	}
	return "unknown";
}

static void add_servers(struct table *table, const struct explanation *explanation)
{
	char ip[IP_TEXT_SIZE];

	for (size_t i = 0; i < explanation->server_count; i++) {
		const struct name_server *server = &explanation->servers[i];
		bool is_unnamed = server->reach == SERVER_EXCLUDED && !server->is_excluded;

		add(table, "name server",
		    alloc_text("%s: %s", ip_format(&server->ip, ip),
			       is_unnamed ? "not among the pinned destinations, asked unpinned"
					  : server_text(server->reach)));
	}
}

static void add_destinations(struct table *table, const struct options *options)
{
	for (size_t i = 0; i < options->only_count; i++)
		add(table, "only", alloc_text("%s: pinned", options->only[i]));
	if (options->only_count)
		add(table, "  others", alloc_copy("reached unpinned"));
	for (size_t i = 0; i < options->excluded_count; i++)
		add(table, "excluded", alloc_text("%s: reached unpinned", options->excluded[i]));
}

static void add_listeners(struct table *table, const struct options *options)
{
	if (options->keeps_listeners)
		add(table, "listeners",
		    alloc_copy("TCP: on the address that the program asks for"));
}

static void print_facts(const struct explanation *explanation, bool is_colored)
{
	CLEANUP(table_free) struct table table = {.columns = 2};

	add_profile(&table, explanation->options);
	add_program(&table, explanation);
	add_engine(&table, explanation);
	add_interfaces(&table, explanation);
	add_pool(&table, explanation->pin);
	add_family(&table, explanation, true);
	add_family(&table, explanation, false);
	add_ports(&table, explanation->pin);
	add_view(&table, explanation->pin);
	add_settings(&table, explanation->options);
	add_mark(&table, explanation);
	add_servers(&table, explanation);
	add_destinations(&table, explanation->options);
	add_listeners(&table, explanation->options);
	table_print(&table, is_colored);
}

static void print_finding(const struct finding *finding, bool is_colored)
{
	bool is_problem = finding->severity == SEVERITY_PROBLEM;
	enum color color = is_problem ? COLOR_BAD : COLOR_DOUBT;

	(void)printf("\n%s%s:%s %s\n", color_start(is_colored, color),
		     is_problem ? "problem" : "warning", color_end(is_colored, color),
		     finding->message);
	if (finding->command)
		(void)printf("hint: %s%s%s\n", color_start(is_colored, COLOR_BOLD),
			     finding->command, color_end(is_colored, COLOR_BOLD));
}

void explain_print_text(const struct explanation *explanation, bool is_colored)
{
	bool works = explain_works(explanation);
	bool has_warnings = works && explanation->finding_count > 0;
	enum color color = !works ? COLOR_BAD : has_warnings ? COLOR_DOUBT : COLOR_GOOD;
	const char *answer = !works         ? "It would not work."
			     : has_warnings ? "It would work, but see the warnings above."
					    : "It would work.";

	print_facts(explanation, is_colored);
	for (size_t i = 0; i < explanation->finding_count; i++)
		print_finding(&explanation->findings[i], is_colored);
	(void)printf("\n%s%s%s\n", color_start(is_colored, color), answer,
		     color_end(is_colored, color));
}
