/* SPDX-License-Identifier: MIT */
/*
 * Tries to send from the addresses of --freebind. IPv4 needs a local route for that. IPv6 sends without
 * one and would get no answers. A hint says how to add it, unless this host would lose its neighbours or
 * its router by it.
 */
#include "resolve/freebind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "network/local_route.h"
#include "resolve/probe.h"

static void hint_route(const struct network *network, const struct prefix *prefix, const char *text)
{
	AUTO_FREE char *own = network_addresses_in(network, NULL, prefix);
	CLEANUP(route_list_free) struct route_list routes = {0};
	char router[IP_TEXT_SIZE];

	(void)route_list_read(&routes); /* without a list, no neighbours are known */
	struct local_route_loss loss = local_route_loss(&routes, prefix);
	if (loss.link && own)
		diag_hint("without --freebind, it stands for %s; a local route for all of it would "
			  "cut this host from its neighbours",
			  own);
	else if (loss.has_router)
		diag_hint("a local route for it would cut this host from its router %s",
			  ip_format(&loss.router, router));
	else if (!strchr(text, '%'))
		diag_hint("as root%s: ip route add local %s dev lo",
			  !loss.link              ? ""
			  : prefix->length == 128 ? ", if no neighbour has it"
						  : ", if no neighbour has an address of it",
			  text);
}

/* Can this host send from the address, and get answers? Returns 0 or -errno. */
static int try_address(const struct ip *ip)
{
	int r = probe_free_address(ip);

	return r == 0 && !ip_is_v4(ip) && route_has_local(ip) == 0 ? -ENETUNREACH : r;
}

void freebind_check(const struct network *network, const struct prefix *prefix, const char *text)
{
	const struct ip last = local_route_last(prefix);
	int r = try_address(&prefix->ip);
	bool has_first = r == 0;

	if (has_first)
		r = try_address(&last);
	if (r == 0)
		return;
	if (r != -EINVAL && r != -ENETUNREACH)
		die("cannot pin to '%s': %s", text, strerror(-r));
	diag_error("cannot pin to '%s': this host has no local route for %sit", text,
		   has_first ? "all of " : "");
	hint_route(network, prefix, text);
	exit(STATUS_FAILED);
}
