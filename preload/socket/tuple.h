/* SPDX-License-Identifier: MIT */
/* Tells which TCP connections this host has, to choose a port that is free towards a peer. */
#ifndef BINDTO_TUPLE_H
#define BINDTO_TUPLE_H

#include <stdbool.h>

#include "pin/sockaddr.h"

/* Returns a descriptor for tuple_is_taken(), which the caller closes (sys_close()), or -errno. */
int tuple_open(void);

/*
 * Does a socket of this host have a TCP connection from local to peer, addresses and ports, and no
 * device or this device? One in TIME_WAIT counts. Returns false if that cannot be found out;
 * connect(2) then says EADDRNOTAVAIL. See sock_diag(7).
 */
bool tuple_is_taken(int diag, const struct endpoint *local, const struct endpoint *peer,
		    unsigned int device);

/* Sets *ret_local to the source that the kernel chooses for peer. Returns 0 or -errno. */
int tuple_source(const struct endpoint *peer, struct endpoint *ret_local);

#endif
