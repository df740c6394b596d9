/* SPDX-License-Identifier: MIT */
/*
 * Makes the system calls that one verdict asks for, in such an order that the socket is safe after
 * each of them. If a call fails, the socket is held again as it was born, else to loopback. If even
 * that fails, it is shut.
 */
#ifndef BINDTO_MOVE_H
#define BINDTO_MOVE_H

#include "pin/call.h"

/*
 * A verdict that is being carried out on a socket. device says what the kernel has by now; facts
 * are those by which the verdict was given.
 */
struct move {
	int fd;
	const struct pin *pin;
	enum pin_call call;
	const struct endpoint *endpoint; /* what the call names, see pin_on_call() */
	struct facts facts;
	struct verdict verdict;
	unsigned int device; /* the socket's device by now */
	uint16_t port;       /* the port that the socket gave up, to be taken again; else 0 */
	bool is_bind;        /* the program's own bind, which takes the port that it asks for */
	bool is_closed;      /* close_socket() has closed it */
	bool is_begun;       /* something has changed, so a failure must be made good */
	struct pin fresh;    /* pin_refresh()'s; pin points here if the first addresses failed */
};

/*
 * Makes a datagram socket ready to be bound again: gives up its device, a port that the kernel
 * chose, and its peer unless the verdict keeps that. If the socket cannot be bound again, sets
 * facts.is_fixed or facts.is_connected. Returns 0 or -errno.
 */
int move_loosen(struct move *move);

/*
 * Before a connect, sends data that waits for more (MSG_MORE, UDP_CORK) to the old peer. Otherwise
 * the kernel would give it the new peer's address and still send it the old peer's way
 * (ip4_datagram_connect()). Returns 0 or -errno.
 */
int move_push_pending(const struct move *move);

/* Lets a datagram socket go of its peer, and reads move->facts.local anew. Returns 0 or -errno. */
int move_disconnect(struct move *move);

/* Carries out the verdict. Returns 0 or -errno. */
int move_carry_out(struct move *move);

/* Binds to the verdict's source if the verdict asks for that (bind.c). Returns 0 or -errno. */
int move_bind(const struct move *move);
/* Binds to the verdict's source in any case, without taking a port. Returns 0 or -errno. */
int move_bind_portless(const struct move *move);

/* Carries out the verdict on a new socket. Nobody else has it yet: a failure needs no repair. */
int move_newborn(struct move *move);

/*
 * Holds a socket without a peer as it was born. If the interface has lost the pin's addresses, it
 * is held with those that the interface has now. Returns 0, or -errno and then move_end() must make
 * it safe.
 */
int move_hold(struct move *move);

/*
 * Ends a move. r is what the move came to, 0 or -errno. If that is an error, makes the socket safe
 * first; then opens a socket that was closed. Returns r, or -errno of its own if the socket could
 * not be opened (it is shut then).
 */
int move_end(struct move *move, int r);

#endif
