/* SPDX-License-Identifier: MIT */
/*
 * Name lookups under --dns. Whatever a program sends to port 53 by UDP or TCP goes to the server
 * that the user named, whichever server the program meant. The answer then seems to come from the
 * server that the program asked.
 */
#ifndef BINDTO_DNS_H
#define BINDTO_DNS_H

#include "supervise/call.h"

/* In place of a datagram's identifier: any query that a connected socket sends. */
#define DNS_ANY_QUERY (-1)

enum { DNS_QUERIES_MAX = 512 };

/* The latest queries that were sent elsewhere, in a ring. For dns.c. */
struct dns_queries {
	struct dns_query {
		uint64_t cookie; /* of the socket; 0: none */
		int identifier;
		struct endpoint server; /* that the program asked */
	} all[DNS_QUERIES_MAX];
	size_t next;
};

/* Is a server given? */
bool dns_is_given(const struct pin *pin);

/*
 * If what goes from fd to address is a lookup, replaces address by that of the user's server, and
 * fd (and *facts) by a socket of the server's family if it has to be one. identifier is that of the
 * datagram. Returns 0, or -errno: then the lookup must not go anywhere.
 */
int dns_redirect(const struct call *call, int *fd, struct facts *facts,
		 struct caller_address *address, int identifier);

/* Has fd asked a server that was replaced? */
bool dns_has_asked(const struct call *call, int fd);
/* Has any socket? */
bool dns_any_asked(const struct call *call);

/*
 * fd has received the answer to a query from *source. If that is the user's server, replaces it by
 * the server that the program asked. Returns whether it did.
 */
bool dns_restore(const struct call *call, int fd, int identifier, struct endpoint *source);

/* The identifier at the beginning of a datagram. */
int dns_identifier(const unsigned char *data, size_t size);

/*
 * Is it the AF_UNIX address of a service that looks names up for programs? It would ask servers of
 * its own choice.
 */
bool dns_is_service(const struct caller_address *address);

#endif
