/* SPDX-License-Identifier: MIT */
/*
 * Prints the interfaces for --list, with a line for each address and the default routes of the
 * address's family. Every line is complete and has a word in every column, so that grep, awk and
 * the shells' completions can use it. A family with a default route but no address has a line too.
 */
#include "report/list.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/json.h"
#include "network/kind.h"
#include "network/links.h"
#include "network/route.h"

/* The names that ip(8) uses. IFA_F_SECONDARY and IFA_F_TEMPORARY are the same bit. */
static const struct {
	uint32_t bit;
	const char *v4, *v6;
} flags[] = {
	{IFA_F_TEMPORARY, "secondary", "temporary"}, {IFA_F_DEPRECATED, "deprecated", "deprecated"},
	{IFA_F_TENTATIVE, "tentative", "tentative"}, {IFA_F_OPTIMISTIC, "optimistic", "optimistic"},
	{IFA_F_DADFAILED, "dadfailed", "dadfailed"},
};

enum { FLAG_COUNT = sizeof(flags) / sizeof(flags[0]), FLAGS_MAX = FLAG_COUNT + 1 };

static size_t flags_of(const struct local_address *address, const char *ret_names[FLAGS_MAX])
{
	bool is_v4 = ip_is_v4(&address->ip);
	size_t count = 0;

	if (!(address->flags & IFA_F_PERMANENT))
		ret_names[count++] = "dynamic";
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (address->flags & flags[i].bit)
			ret_names[count++] = is_v4 ? flags[i].v4 : flags[i].v6;
	return count;
}

static const char *scope_of(const struct local_address *address)
{
	switch (address->scope) {
	case RT_SCOPE_UNIVERSE:
		return "global";
	case RT_SCOPE_SITE:
		return "site";
	case RT_SCOPE_LINK:
		return "link";
	case RT_SCOPE_HOST:
		return "host";
	default:
		return "other";
	}
}

/* Returns the address as -a takes it: a link-local one with its interface. */
static char *address_text(const struct local_address *address, const struct interface *interface)
{
	char text[IP_TEXT_SIZE];

	(void)ip_format(&address->ip, text);
	if (ip_is_v4(&address->ip) || !ip_is_link_local(&address->ip))
		return alloc_copy(text);
	return alloc_text("%s%%%s", text, interface->name);
}

static bool is_default(const struct route *route, const struct interface *interface)
{
	return route->bits == 0 && route->ifindex == interface->index;
}

static char *route_text(const struct route *route)
{
	char gateway[IP_TEXT_SIZE];
	char *text = NULL;

	if (route->has_gateway)
		alloc_append(&text, "via %s", ip_format(&route->gateway, gateway));
	else
		alloc_append(&text, "direct");
	if (route->metric)
		alloc_append(&text, " metric %u", route->metric);
	if (route->table != RT_TABLE_MAIN)
		alloc_append(&text, " table %u", route->table);
	return text;
}

static char *routes_text(const struct route_list *routes, const struct interface *interface,
			 bool is_v4)
{
	char *text = NULL;

	for (size_t i = 0; i < routes->count; i++) {
		const struct route *route = &routes->routes[i];

		if (route->is_v4 != is_v4 || !is_default(route, interface))
			continue;
		AUTO_FREE char *one = route_text(route);
		alloc_append(&text, "%s%s", text ? ", " : "", one);
	}
	return text ? text : alloc_copy("");
}

static enum color color_of_state(const struct interface *interface)
{
	if (!(interface->flags & IFF_UP))
		return COLOR_BAD;
	return interface->flags & IFF_RUNNING ? COLOR_GOOD : COLOR_DOUBT;
}

/* Adds the line of an address, or of an interface without one if address is NULL. */
static void add_line(struct table *table, const struct interface *interface,
		     const struct local_address *address, char *routes)
{
	const char *names[FLAGS_MAX];
	size_t count = address ? flags_of(address, names) : 0;
	bool is_usable = address && local_address_usable(address);
	char *list = alloc_copy("");

	for (size_t i = 0; i < count; i++)
		alloc_append(&list, "%s%s", i ? "," : "", names[i]);
	table_add(table, COLOR_NAME, alloc_copy(interface->name));
	table_add(table, color_of_state(interface), alloc_copy(kind_state(interface)));
	table_add(table, COLOR_NONE, alloc_copy(kind_of(interface)));
	table_add(table, is_usable ? COLOR_BOLD : COLOR_NONE,
		  address ? address_text(address, interface) : alloc_copy(""));
	table_add(table, COLOR_NONE, alloc_copy(address ? scope_of(address) : ""));
	table_add(table, is_usable ? COLOR_NONE : COLOR_BAD, list);
	table_add(table, COLOR_NONE, routes);
}

static void add_interface(struct table *table, const struct interface *interface,
			  const struct network *network, const struct route_list *routes)
{
	bool has_v4 = false, has_v6 = false;

	for (size_t i = 0; i < network->address_count; i++) {
		const struct local_address *address = &network->addresses[i];
		bool is_v4 = ip_is_v4(&address->ip);

		if (address->ifindex != interface->index)
			continue;
		*(is_v4 ? &has_v4 : &has_v6) = true;
		add_line(table, interface, address, routes_text(routes, interface, is_v4));
	}
	for (int is_v4 = 1; is_v4 >= 0; is_v4--) {
		AUTO_FREE char *text = routes_text(routes, interface, is_v4);

		if (*text && !(is_v4 ? has_v4 : has_v6)) {
			add_line(table, interface, NULL, steal_memory(&text));
			has_v4 = true;
		}
	}
	if (!has_v4 && !has_v6)
		add_line(table, interface, NULL, alloc_copy(""));
}

static void print_table(const struct network *network, const struct route_list *routes,
			bool is_colored)
{
	static const char *const headings[] = {"NAME",  "STATE", "KIND",         "ADDRESS",
					       "SCOPE", "FLAGS", "DEFAULT-ROUTE"};
	CLEANUP(table_free)
	struct table table = {
		.columns = sizeof(headings) / sizeof(headings[0]),
	};

	for (size_t i = 0; i < table.columns; i++)
		table_add(&table, COLOR_BOLD, alloc_copy(headings[i]));
	for (size_t i = 0; i < network->interface_count; i++)
		add_interface(&table, &network->interfaces[i], network, routes);
	table_print(&table, is_colored);
}

static json_t *json_address(const struct local_address *address, const struct interface *interface)
{
	const char *names[FLAGS_MAX];
	size_t count = flags_of(address, names);
	AUTO_FREE char *text = address_text(address, interface);
	json_t *object = json_object(), *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_add(list, json_text(names[i]));
	json_put(object, "address", json_text(text));
	json_put(object, "family", json_family(ip_is_v4(&address->ip)));
	json_put(object, "scope", json_text(scope_of(address)));
	json_put(object, "flags", list);
	return object;
}

static json_t *json_addresses(const struct network *network, const struct interface *interface)
{
	json_t *list = json_array();

	for (size_t i = 0; i < network->address_count; i++)
		if (network->addresses[i].ifindex == interface->index)
			json_add(list, json_address(&network->addresses[i], interface));
	return list;
}

static json_t *json_routes(const struct route_list *routes, const struct interface *interface)
{
	json_t *list = json_array();

	for (size_t i = 0; i < routes->count; i++) {
		const struct route *route = &routes->routes[i];

		if (!is_default(route, interface))
			continue;
		json_t *object = json_object();
		json_put(object, "family", json_family(route->is_v4));
		json_put(object, "gateway", json_ip(route->has_gateway ? &route->gateway : NULL));
		json_put(object, "metric", json_integer(route->metric));
		json_put(object, "table", json_integer(route->table));
		json_add(list, object);
	}
	return list;
}

static json_t *json_interface(const struct interface *interface, const struct network *network,
			      const struct route_list *routes)
{
	json_t *object = json_object(), *alternatives = json_array();

	for (size_t i = 0; i < interface->alternative_count; i++)
		json_add(alternatives, json_text(interface->alternatives[i]));
	json_put(object, "name", json_text(interface->name));
	json_put(object, "index", json_integer(interface->index));
	json_put(object, "alternative_names", alternatives);
	json_put(object, "state", json_text(kind_state(interface)));
	json_put(object, "kind", json_text(kind_of(interface)));
	json_put(object, "driver", json_text(interface->driver));
	json_put(object, "addresses", json_addresses(network, interface));
	json_put(object, "default_routes", json_routes(routes, interface));
	return object;
}

static void print_json(const struct network *network, const struct route_list *routes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < network->interface_count; i++)
		json_add(list, json_interface(&network->interfaces[i], network, routes));
	json_print(list);
}

int report_list(const struct options *options)
{
	CLEANUP(network_free) struct network network;
	CLEANUP(route_list_free) struct route_list routes = {0};

	network_read(&network);
	int r = route_list_read(&routes);
	if (r < 0)
		die("cannot list the routes: %s", strerror(-r));
	if (options->json)
		print_json(&network, &routes);
	else
		print_table(&network, &routes, color_wanted(options->color));
	diag_flush();
	return EXIT_SUCCESS;
}
