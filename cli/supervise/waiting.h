/* SPDX-License-Identifier: MIT */
/*
 * Calls that would wait for a socket. The supervisor must not wait with them, since it would answer
 * nobody else: it carries them out anew when the socket is ready.
 */
#ifndef BINDTO_WAITING_H
#define BINDTO_WAITING_H

#include "supervise/outcome.h"

struct call;
struct notice;
struct progress;
struct supervisor;

/* For waiting.c. */
struct waiting_list {
	struct waiting *first;
	int epoll; /* the sockets that are waited for, and the timer */
	int timer; /* runs while any call waits */
};

/* Once, before the first. Returns 0 or -errno. */
int waiting_open(struct waiting_list *list);

/* Readable when waiting_take() has something to do. */
int waiting_descriptor(const struct waiting_list *list);

/*
 * Lets the call wait until fd, a duplicate which it takes over, is ready for events (POLLIN or
 * POLLOUT), its time limit (SO_RCVTIMEO, SO_SNDTIMEO) is over, or a signal comes. Returns
 * OUTCOME_DEFERRED, or an error if there is no room to remember the call; fd is then left alone.
 */
struct outcome waiting_start(const struct call *call, int *fd, short events);

/* Carries a call out anew and answers it: dispatch() of dispatch.h. */
typedef void waiting_again(struct supervisor *supervisor, const struct notice *notice,
			   const struct progress *progress);

/*
 * Calls again() for those whose sockets are ready, and gives up for callers that are gone, have a
 * signal to take, or have waited long enough.
 */
void waiting_take(struct supervisor *supervisor, waiting_again *again);

#endif
