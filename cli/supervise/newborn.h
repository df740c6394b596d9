/* SPDX-License-Identifier: MIT */
/* A new socket for a caller. */
#ifndef BINDTO_NEWBORN_H
#define BINDTO_NEWBORN_H

#include "supervise/call.h"

/* How it is pinned: birth_give_closed() or birth_give_sealed(). */
typedef int newborn_pin(int fd, const struct pin *pin, int domain, int type);

/*
 * Makes a socket as socket(2) does, with the caller's rights, and pins it before anybody has it.
 * Returns a descriptor, close-on-exec, or -errno.
 */
int newborn_socket(const struct call *call, newborn_pin *give, int domain, int type, int protocol);

#endif
