/* SPDX-License-Identifier: MIT */
/* Reads struct facts (pin.h) of a socket, except for those that apply.c asks for only if needed. */
#ifndef BINDTO_FACTS_H
#define BINDTO_FACTS_H

#include "pin/pin.h"

/*
 * Returns 0 or -errno: -EAFNOSUPPORT if fd is a socket of another family than IPv4 and IPv6,
 * -ENOTSOCK or -EBADF if it is no socket.
 */
int facts_read(int fd, const struct pin *pin, struct facts *ret_facts);

/* Does the same for a caller that has set ret_facts->local already (getsockname(2)). */
int facts_complete(int fd, const struct pin *pin, struct facts *ret_facts);

/* Is r what these functions return for anything but an IPv4 or IPv6 socket? */
bool facts_is_foreign(int r);

#endif
