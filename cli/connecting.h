/* SPDX-License-Identifier: MIT */
/* connect(2) on blocking sockets, which must not stop the supervisor: a thread each, bounded. */
#ifndef BINDTO_CONNECTING_H
#define BINDTO_CONNECTING_H

#include <stdbool.h>
#include <sys/socket.h>

#include "events.h"
#include "notify.h"

/* Once, before the first. Returns 0 or -errno. */
int connecting_open(void);

/*
 * Connects fd, which it takes over, to the address in the background, and answers the notice in the
 * end, after the event. Returns 0, or -EAGAIN where too many are under way (fd is the caller's
 * then).
 */
int connecting_start(const struct notice *notice, int fd, const struct sockaddr_storage *address,
		     socklen_t length, const struct coming_event *event);

/* Is any under way? Then connecting_tend() is to be called every now and then. */
bool connecting_any(void);

/* Gives up for callers that are gone or have a signal to take. */
void connecting_tend(void);

#endif
