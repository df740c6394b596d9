/* SPDX-License-Identifier: MIT */
/* A socket of the other family in place of the caller's, under --dns. */
#ifndef BINDTO_REPLACE_H
#define BINDTO_REPLACE_H

#include "supervise/call.h"

/*
 * Makes a pinned socket of this family and of the same type, and puts it in place of the descriptor
 * that is the call's first argument. Returns 0, and *fd and *facts are then those of the new
 * socket; or -errno.
 */
int replace_socket(const struct call *call, int family, int *fd, struct facts *facts);

#endif
