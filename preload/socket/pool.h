/* SPDX-License-Identifier: MIT */
/* Finds out which member of a pool a socket has, or gives it one. */
#ifndef BINDTO_SOCKET_POOL_H
#define BINDTO_SOCKET_POOL_H

#include "pin/call.h"

/*
 * Sets *pin to the pin with one source by which the call on this socket must be judged: that of the
 * socket's member. If the socket has none, or may still get another one for this peer, it chooses.
 * A pin without a pool stays. endpoint: what a bind asks for, or the peer; NULL if the call names
 * none. facts: the socket's; NULL if they have not been read. *pin then points to *room. Returns 0,
 * or -errno if the facts cannot be read; never if facts is given.
 */
int pool_for(int fd, const struct pin **pin, const struct facts *facts, enum pin_call call,
	     const struct endpoint *endpoint, struct pin *room);

/*
 * Returns the same for a new socket. waits: it is a closed one (pin.h), which gets its source when it
 * connects.
 */
const struct pin *pool_at_birth(int fd, const struct pin *pin, const struct facts *facts,
				bool waits, struct pin *room);

#endif
