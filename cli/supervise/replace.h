/* SPDX-License-Identifier: MIT */
/* A socket of the other family in place of the caller's. */
#ifndef BINDTO_REPLACE_H
#define BINDTO_REPLACE_H

#include "supervise/call.h"

/*
 * Gives the caller a new socket of this family, of the same type and pinned, under the number of
 * the descriptor that is the first argument of its call. Returns 0, with *fd and *facts those of
 * the new one, or -errno.
 */
int replace_socket(const struct pin *pin, const struct call *call, int family, int *fd,
		   struct facts *facts);

#endif
