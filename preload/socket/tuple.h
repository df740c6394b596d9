/* SPDX-License-Identifier: MIT */
/* Which connections this host has, as far as a choice of the port must know it. */
#ifndef BINDTO_TUPLE_H
#define BINDTO_TUPLE_H

#include <stdbool.h>

#include "pin/sockaddr.h"

/* Returns a descriptor to ask by, for the caller to close (sys_close()), or -errno. */
int tuple_open(void);

/*
 * Is there a TCP connection from local to peer, with these addresses and ports, of a socket that
 * has no device or this one? Also one in TIME_WAIT. False if that cannot be told: connect(2) says
 * it then (EADDRNOTAVAIL). See sock_diag(7).
 */
bool tuple_is_taken(int diag, const struct endpoint *local, const struct endpoint *peer,
		    unsigned int device);

/* The source address that the kernel chooses for peer, in *ret_local. Returns 0 or -errno. */
int tuple_source(const struct endpoint *peer, struct endpoint *ret_local);

#endif
