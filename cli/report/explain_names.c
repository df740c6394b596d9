/* SPDX-License-Identifier: MIT */
/*
 * Finds the name servers, and whether the pin leads to them. The servers are those of --dns, else
 * those of resolv.conf(5), as libc itself reads it. Under --engine preload libc asks them without
 * the pin, because no library sees its queries.
 */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "command.h"
#include "pin/exempt.h"
#include "pin/hold.h"
#include "report/explain.h"

static void add_server(struct explanation *explanation, const struct sockaddr *address,
		       socklen_t length)
{
	struct endpoint endpoint;

	if (endpoint_read(address, length, &endpoint) < 0)
		return;
	explanation->servers[explanation->server_count++] = (struct name_server){
		.ip = endpoint.ip, .scope = endpoint.scope, .port = endpoint.port};
}

/* libc keeps the servers that are not AF_INET in a list of their own (res_init.c in glibc). */
static void read_servers(struct explanation *explanation)
{
	struct __res_state state = {0};

	if (res_ninit(&state) < 0)
		return;
	for (int i = 0; i < state.nscount && i < SERVERS_MAX; i++) {
		const struct sockaddr_in *v4 = &state.nsaddr_list[i];
		const struct sockaddr_in6 *v6 = state._u._ext.nsaddrs[i];

		if (v4->sin_family == AF_INET)
			add_server(explanation, (const struct sockaddr *)v4, sizeof(*v4));
		else if (v6)
			add_server(explanation, (const struct sockaddr *)v6, sizeof(*v6));
	}
	res_nclose(&state);
}

/* Does a device, or a source, lead to the server? */
static enum server_reach reach_from(const struct name_server *server,
				    const struct pin_source *source, unsigned int ifindex)
{
	struct route_query query = {.destination = server->ip, .ifindex = ifindex};
	struct route_query plain = {.destination = server->ip, .ifindex = server->scope};
	struct route route, usual;

	if (source->mode == PIN_REFUSED)
		return SERVER_UNREACHABLE;
	if (source->mode == PIN_ADDRESS)
		query.source = &source->ip;
	if (server->scope && query.ifindex && server->scope != query.ifindex)
		return SERVER_UNREACHABLE;
	if (!query.ifindex)
		query.ifindex = server->scope;
	if (route_ask(&query, &route) < 0)
		return SERVER_UNREACHABLE;
	/*
	 * The server is on another link, and the pin would send queries through a router instead.
	 */
	if (route_ask(&plain, &usual) == 0 && !usual.has_gateway && usual.ifindex != route.ifindex)
		return SERVER_ELSEWHERE;
	return SERVER_PINNED;
}

/*
 * Goes through the ways of the server's family that sockets take. In a pool of interfaces, sockets pass
 * over what does not lead to the server; in one of addresses they fail, and server->lost gets its name.
 */
static enum server_reach reach_by_pin(const struct explanation *explanation,
				      struct name_server *server)
{
	bool passes_over = pool_has_interfaces(explanation->pin), is_reached = false;
	enum server_reach worst = SERVER_PINNED;

	for (size_t i = 0; i < explanation->way_count; i++) {
		const struct way *way = &explanation->ways[i];
		bool has_source = way->end != WAY_DOWN && way->end != WAY_NO_ADDRESS;
		enum server_reach reach = SERVER_UNREACHABLE;

		if (way->is_v4 != ip_is_v4(&server->ip) || way->is_spare)
			continue;
		if (has_source)
			reach = reach_from(server, way->source, way->ifindex);
		if (reach == SERVER_UNREACHABLE && !passes_over && explain_leaves(way)) {
			AUTO_FREE char *source = explain_source(way);

			alloc_append(&server->lost, "%s%s", server->lost ? ", " : "", source);
		}
		if (reach == SERVER_UNREACHABLE)
			continue;
		is_reached = true;
		worst = reach > worst ? reach : worst;
		if (passes_over && explanation->pin->pick == PICK_FIRST)
			break;
	}
	return is_reached ? worst : SERVER_UNREACHABLE;
}

/*
 * The server is on this host. Behind the device of a VRF nobody is at its address, unless the VRF has
 * that, too. The kernel then answers by the VRF's device, and else by lo, because it looks into the local
 * table first.
 */
static enum server_reach reach_here(const struct explanation *explanation,
				    const struct name_server *server)
{
	struct route_query query = {.destination = server->ip,
				    .ifindex = explanation->pin->ifindex};
	struct route route;

	if (!pin_is_by_device(explanation->pin) || explanation->engine == ENGINE_PRELOAD)
		return SERVER_HERE;
	bool has_address = route_ask(&query, &route) == 0 && route.type == RTN_LOCAL &&
			   route.ifindex != LOOPBACK_IFINDEX;
	return has_address ? SERVER_HERE : SERVER_UNREACHABLE;
}

static enum server_reach reach_of(const struct explanation *explanation, struct name_server *server)
{
	if (explain_owner(explanation, &server->ip) || ip_is_loopback(&server->ip))
		return reach_here(explanation, server);
	switch (pin_reach(explanation->pin, &server->ip, server->port)) {
	case REACH_LOOPBACK:
	case REACH_OWN:
		return SERVER_HERE;
	case REACH_EXCLUDED:
		return SERVER_EXCLUDED;
	case REACH_REMOTE:
		break;
	}
	return explanation->engine == ENGINE_PRELOAD ? SERVER_UNPINNED
						     : reach_by_pin(explanation, server);
}

static size_t count(const struct explanation *explanation, enum server_reach reach, char **ret_list)
{
	char text[IP_TEXT_SIZE];
	size_t number = 0;

	for (size_t i = 0; i < explanation->server_count; i++) {
		const struct name_server *server = &explanation->servers[i];

		if (server->reach != reach)
			continue;
		alloc_append(ret_list, "%s%s", number++ ? ", " : "", ip_format(&server->ip, text));
	}
	return number;
}

/* Takes the servers of --dns: they are asked, whichever ones the program has configured. */
static void take_servers(struct explanation *explanation)
{
	const struct endpoint *given[] = {&explanation->pin->dns_v4, &explanation->pin->dns_v6};

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (given[i]->port != 0)
			explanation->servers[explanation->server_count++] =
				(struct name_server){.ip = given[i]->ip,
						     .scope = given[i]->scope,
						     .port = given[i]->port};
}

/* --dns promises a lookup by the pin, unless the user exempts the server itself. */
static void find_unpinned(struct explanation *explanation, const struct name_server *server)
{
	bool has_pin = pin_source_for(explanation->pin, &server->ip)->mode != PIN_REFUSED;
	AUTO_FREE char *added = alloc_copy("--only");
	char ip[IP_TEXT_SIZE];

	(void)ip_format(&server->ip, ip);
	AUTO_FREE char *destination =
		alloc_text(ip_is_v4(&server->ip) ? "%s:%u" : "[%s]:%u", ip, server->port);
	command_quote(&added, destination);
	if (server->is_excluded)
		explain_find(explanation, SEVERITY_WARNING, "unpinned-server",
			     alloc_text("name lookups go to %s unpinned: -e names it", ip), NULL);
	else
		explain_find(
			explanation, SEVERITY_WARNING, "unpinned-server",
			alloc_text("name lookups go to %s unpinned: no --only names its port %u",
				   ip, server->port),
			has_pin ? command_with(explanation->options, added) : NULL);
}

/* Some sources of a pool do not lead to the server, others do. */
static void find_lost_sources(struct explanation *explanation, const struct name_server *server)
{
	char ip[IP_TEXT_SIZE];

	explain_find(explanation, SEVERITY_WARNING, "name-server",
		     alloc_text("%s of the pin %s not lead to name server %s", server->lost,
				strchr(server->lost, ',') ? "do" : "does",
				ip_format(&server->ip, ip)),
		     command_server(explanation->options));
}

static void judge_server(struct explanation *explanation, struct name_server *server)
{
	const struct pin *pin = explanation->pin;

	server->reach = reach_of(explanation, server);
	server->is_excluded = exempt_is_excluded(pin, &server->ip, server->port);
	if (server->reach == SERVER_EXCLUDED && explanation->options->dns_count > 0)
		find_unpinned(explanation, server);
	if (server->reach != SERVER_UNREACHABLE && server->lost)
		find_lost_sources(explanation, server);
}

/* Does the pin lead no further than this host or its links, as the user must know? */
static bool is_local(const struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->way_count; i++) {
		enum way_end end = explanation->ways[i].end;

		if (end != WAY_LOCAL && end != WAY_REFUSED)
			return false;
	}
	return true;
}

void explain_names(struct explanation *explanation)
{
	AUTO_FREE char *lost = NULL;
	AUTO_FREE char *elsewhere = NULL;

	take_servers(explanation);
	if (explanation->server_count == 0)
		read_servers(explanation);
	for (size_t i = 0; i < explanation->server_count; i++)
		judge_server(explanation, &explanation->servers[i]);

	size_t lost_count = count(explanation, SERVER_UNREACHABLE, &lost);
	bool has_server = lost_count < explanation->server_count;
	if (lost_count)
		explain_find(
			explanation,
			has_server || is_local(explanation) ? SEVERITY_WARNING : SEVERITY_PROBLEM,
			"name-server", alloc_text("the pin does not lead to name server %s", lost),
			command_server(explanation->options));
	if (count(explanation, SERVER_ELSEWHERE, &elsewhere))
		explain_find(explanation, SEVERITY_WARNING, "name-server",
			     alloc_text("name server %s is a neighbour on another interface, which "
					"may not answer by this one",
					elsewhere),
			     command_server(explanation->options));
}
