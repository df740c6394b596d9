/* SPDX-License-Identifier: MIT */
/* Tells which route the kernel would take, and lists all unicast routes. */
#ifndef BINDTO_ROUTE_H
#define BINDTO_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pin/sockaddr.h"

struct route {
	bool is_v4;
	unsigned char type; /* RTN_ of linux/rtnetlink.h */
	unsigned char bits; /* length of the destination's prefix */
	bool has_gateway;
	bool has_source;
	unsigned int ifindex;
	struct ip destination;
	struct ip gateway; /* an IPv4 route may have an IPv6 gateway */
	struct ip source;  /* the address that the kernel would send from */
	uint32_t metric, table;
};

struct route_list {
	struct route *routes;
	size_t count;
};

struct route_query {
	struct ip destination;
	const struct ip *source; /* NULL: the kernel chooses */
	unsigned int ifindex;    /* the device that the socket is bound to; 0: none */
	uint32_t mark;           /* the socket's SO_MARK */
};

/*
 * Finds the route that a socket as in query would take. Returns 0 or -errno: -ENETUNREACH or
 * -EHOSTUNREACH if there is none.
 */
int route_ask(const struct route_query *query, struct route *ret_route);

/* Reads the unicast routes of all tables, one entry for each next hop. Returns 0 or -errno. */
int route_list_read(struct route_list *ret_list);
void route_list_free(struct route_list *list);

/*
 * Does the table end what it does not route, by an unreachable, blackhole or prohibit default route of
 * the family? If not, the kernel goes on to other tables. Returns 1, 0 or -errno.
 */
int route_table_ends(uint32_t table, bool is_v4);

/*
 * Has any routing table a local route for the address, so that it may come in by a rule (ip-rule(8))?
 * Returns 1, 0 or -errno.
 */
int route_has_local(const struct ip *ip);

/* Would packets to this IPv4 address be broadcasts? bind(2) takes such an address. */
bool route_is_broadcast(const struct ip *ip);

#endif
