/* SPDX-License-Identifier: MIT */
/*
 * Name lookups under --dns: what is addressed to port 53 over UDP or TCP, whichever server it is
 * meant for, goes to the server of the pin, and what that answers comes from the one that was
 * asked.
 */
#ifndef BINDTO_DNS_H
#define BINDTO_DNS_H

#include "supervise/call.h"

/* In place of a datagram's identifier: all that a connected socket sends. */
#define DNS_ANY_QUERY (-1)

/* Is a server given? */
bool dns_is_given(const struct pin *pin);

/*
 * Replaces address by that of the server if it is a lookup's, on its way from fd, and fd by a
 * socket of the server's family if it has to be one; *facts follows. query is the identifier of
 * a datagram's. Returns 0 or -errno: a lookup does not go anywhere else.
 */
int dns_redirect(const struct pin *pin, const struct call *call, int *fd, struct facts *facts,
		 struct caller_address *address, int query);

/* Has fd, or any socket, asked a server that was replaced? */
bool dns_has_asked(int fd);
bool dns_any_asked(void);

/*
 * Replaces *source, from where fd got the answer to query, by the server that was asked. Returns
 * whether it did.
 */
bool dns_restore(const struct pin *pin, int fd, int query, struct endpoint *source);

/* The identifier at the beginning of a datagram. */
int dns_query(const unsigned char *data, size_t size);

/*
 * Is it the AF_UNIX address of a service that would look names up for the program, by servers of
 * its own?
 */
bool dns_is_service(const struct caller_address *address);

#endif
