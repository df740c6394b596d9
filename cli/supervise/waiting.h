/* SPDX-License-Identifier: MIT */
/*
 * Calls that would wait for a socket, which must not stop the supervisor: they are carried out anew
 * when the socket is ready.
 */
#ifndef BINDTO_WAITING_H
#define BINDTO_WAITING_H

#include <stdint.h>

#include "supervise/call.h"

/* Once, before the first. Returns 0 or -errno. */
int waiting_open(void);

/* Readable when waiting_take() has something to do. */
int waiting_descriptor(void);

/*
 * Lets the call wait until fd, a duplicate which it takes over, is ready for events (POLLIN or
 * POLLOUT), its limit (SO_RCVTIMEO, SO_SNDTIMEO) is over, or a signal comes. -ENOMEM if there
 * is no room to remember it.
 */
struct answer waiting_start(const struct call *call, int *fd, short events);

/* Carries a call out anew, and answers it: supervise() of dispatch.h. */
typedef void waiting_again(const struct pin *pin, const struct notice *notice,
			   const struct progress *progress);

/*
 * Has the calls whose sockets are ready carried out by again, and gives up for callers that are
 * gone, have a signal to take, or have waited long enough.
 */
void waiting_take(waiting_again *again, const struct pin *pin);

#endif
