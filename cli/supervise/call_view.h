/* SPDX-License-Identifier: MIT */
/* Calls that dispatch.c makes first under --view=pin. The outcome is open for all other sockets. */
#ifndef BINDTO_CALL_VIEW_H
#define BINDTO_CALL_VIEW_H

#include "supervise/call.h"

struct line;

/*
 * Duplicates the descriptor that is the first argument, and returns the line of that socket. NULL
 * if it has none, or if the supervisor may not look into the caller.
 */
struct line *view_line(const struct call *call, int *ret_fd);

struct outcome view_socket(const struct call *call);
struct outcome view_bind(const struct call *call);
struct outcome view_connect(const struct call *call);
struct outcome view_setsockopt(const struct call *call);
struct outcome view_sendto(const struct call *call);
struct outcome view_sendmsg(const struct call *call);

#endif
