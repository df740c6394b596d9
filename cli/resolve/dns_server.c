/* SPDX-License-Identifier: MIT */
/*
 * Reads the servers of --dns: ADDR, IPV4:PORT or [IPV6]:PORT. Text with two colons or more is an
 * IPv6 address. A server that the pin can never reach is refused here, because otherwise each
 * lookup of the program would fail later.
 */
#include "resolve/dns_server.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "option_hint.h"
#include "pin/text.h"
#include "resolve/probe.h"

enum { PORT = 53, PORT_MAX = 65535 };

#define CANNOT_USE "cannot use '--dns %s': "

__attribute__((noreturn)) static void die_unparsed(const char *text)
{
	diag_error(CANNOT_USE "it is not ADDR[:PORT]", text);
	if (!option_hint_each("--dns", text))
		diag_hint("an IPv6 address with a port is written as [ADDR]:PORT");
	exit(STATUS_FAILED);
}

/* Cuts *address off at its end. Returns the text of the port, or NULL if text has none. */
static const char *split(const char *text, char **address)
{
	char *end;

	if ((*address)[0] == '[') {
		(*address)++;
		end = strchr(*address, ']');
		if (!end || (end[1] != ':' && end[1] != '\0'))
			die_unparsed(text);
		*end = '\0';
		if (!strchr(*address, ':'))
			die_unparsed(text);
		return end[1] == ':' ? end + 2 : NULL;
	}
	end = strchr(*address, ':');
	if (!end || strchr(end + 1, ':'))
		return NULL;
	*end = '\0';
	return end + 1;
}

static uint16_t parse_port(const char *text, const char *digits)
{
	unsigned long port = PORT;

	if (!digits)
		return PORT;
	int r = number_parse(digits, strlen(digits), 1, PORT_MAX, &port);
	if (r == -ERANGE)
		die(CANNOT_USE "ports are 1 to 65535", text);
	if (r < 0)
		die_unparsed(text);
	return (uint16_t)port;
}

/* Every interface has link-local addresses, so such a server needs a scope or -i. */
static uint32_t parse_scope(const struct pin *pin, const char *text, const struct ip *ip,
			    const char *name)
{
	bool is_scoped = !ip_is_v4(ip) && ip_is_link_local(ip);
	unsigned int index = name ? if_nametoindex(name) : pin->ifindex;

	if (name && !is_scoped)
		die(CANNOT_USE "only a link-local IPv6 address takes a scope", text);
	if (name && index == 0)
		die(CANNOT_USE "there is no interface '%s'", text, name);
	if (is_scoped && index == 0)
		die(CANNOT_USE "a link-local address needs a scope", text);
	return is_scoped ? index : 0;
}

static struct endpoint parse(const struct pin *pin, const char *text)
{
	AUTO_FREE char *copy = alloc_copy(text);
	char *address = copy;
	const char *port = split(text, &address);
	char *scope = strchr(address, '%');
	struct endpoint server = {.port = parse_port(text, port)};

	if (scope)
		*scope++ = '\0';
	if (ip_parse(address, &server.ip) < 0)
		die_unparsed(text);
	if (ip_is_wildcard(&server.ip) || ip_is_multicast(&server.ip))
		die(CANNOT_USE "it is no address of a server", text);
	server.family = ip_is_v4(&server.ip) ? AF_INET : AF_INET6;
	server.scope = parse_scope(pin, text, &server.ip, scope);
	return server;
}

void dns_server_take(const char *text, struct pin *pin)
{
	struct endpoint server = parse(pin, text);
	bool is_v4 = server.family == AF_INET;
	struct endpoint *place = is_v4 ? &pin->dns_v4 : &pin->dns_v6;
	char name[IP_TEXT_SIZE];

	if (place->port != 0)
		die(CANNOT_USE "IPv%c has its server already, %s", text, is_v4 ? '4' : '6',
		    ip_format(&place->ip, name));
	if (pin_source_for(pin, &server.ip)->mode == PIN_REFUSED &&
	    pin_reach(pin, &server.ip, server.port) == REACH_REMOTE &&
	    probe_address(&server.ip, server.scope) < 0)
		die(CANNOT_USE "IPv%c has no pin to reach it by", text, is_v4 ? '4' : '6');
	*place = server;
}
