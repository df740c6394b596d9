/* SPDX-License-Identifier: MIT */
/* Reads struct facts (pin.h) from a descriptor, but for what apply.c asks only if it matters. */
#ifndef BINDTO_FACTS_H
#define BINDTO_FACTS_H

#include "pin/pin.h"

/* Returns 0 or -errno; -EAFNOSUPPORT if fd is no IPv4 or IPv6 socket, -ENOTSOCK, -EBADF. */
int facts_read(int fd, const struct pin *pin, struct facts *ret_facts);

/* The same if ret_facts->local has been read already; the rest of *ret_facts does not matter. */
int facts_complete(int fd, const struct pin *pin, struct facts *ret_facts);

/* Does one of these return r for what is no IPv4 or IPv6 socket? */
bool facts_is_foreign(int r);

#endif
