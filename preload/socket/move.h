/* SPDX-License-Identifier: MIT */
/*
 * The system calls behind one verdict, in an order of which every prefix is safe. If one fails, the
 * socket is held again as it was born, else to loopback, and if even that fails it is shut.
 */
#ifndef BINDTO_MOVE_H
#define BINDTO_MOVE_H

#include "pin/call.h"

/* What is done to a socket: what the kernel has, as opposed to what the facts said before. */
struct move {
	int fd;
	const struct pin *pin;
	enum pin_call call;
	const struct endpoint *endpoint; /* what the call names, see pin_on_call() */
	struct facts facts;
	struct verdict verdict;
	unsigned int device; /* that the socket has by now */
	uint16_t port;       /* that it had until move_loosen(), and is to have again */
	bool is_bind;        /* the program's own, which takes the port that it asks for */
	bool is_closed;      /* close_socket() */
	bool is_begun;
	struct pin fresh; /* pin_refresh()'s, if the pin's addresses did not do */
};

/*
 * Gives up a datagram socket's port that the kernel chose, its device, and its peer unless the
 * verdict keeps it, so that the socket can be bound again. Sets facts.is_fixed or is_connected if
 * it cannot.
 */
int move_loosen(struct move *move);

/*
 * Before a connect. Data that waits for more (MSG_MORE, UDP_CORK) would get the new peer's address
 * and still go the old peer's way (ip4_datagram_connect()): it is sent to the old one. Returns 0 or
 * -errno.
 */
int move_push_pending(const struct move *move);

/* Lets a datagram socket go of its peer; move->facts are read anew. */
int move_disconnect(struct move *move);

/* Carries out the verdict. Returns 0 or -errno. */
int move_carry_out(struct move *move);

/* Binds to the verdict's source, if it asks for one, as bind.c has it. Returns 0 or -errno. */
int move_bind(const struct move *move);
/* The same always, and without taking a port. */
int move_bind_portless(const struct move *move);

/* The same at a birth: if it fails, nobody else has the socket yet. */
int move_newborn(struct move *move);

/*
 * Holds a socket without a peer as it was born, with the addresses that the interface has by now if
 * it has lost the pin's. Returns 0 or -errno, in which case move_end() has to make it safe.
 */
int move_hold(struct move *move);

/*
 * After the verdict: opens what was closed, and if r, which is what the move came to, is an error,
 * makes the socket safe first. Returns r, or an error of its own.
 */
int move_end(struct move *move, int r);

#endif
