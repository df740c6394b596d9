/* SPDX-License-Identifier: MIT */
/*
 * The functions that the hooks stand in front of, found by dlsym(3) in the next library that has
 * them. Typed from libc's own prototypes. One line here, one hook in hooks.c: a test compares this
 * table with what the library exports.
 */
#ifndef BINDTO_REAL_H
#define BINDTO_REAL_H

#include <sys/socket.h>

#define REAL_FUNCTIONS(X)                                                                          \
	X(socket)                                                                                  \
	X(bind)                                                                                    \
	X(listen)                                                                                  \
	X(connect)                                                                                 \
	X(sendto)                                                                                  \
	X(sendmsg)                                                                                 \
	X(sendmmsg)                                                                                \
	X(setsockopt)

/* real_socket() gives libc's socket(2), and so on; looked up once, safe in any thread. */
#define REAL_DECLARE(name) __typeof__(&(name)) real_##name(void);
REAL_FUNCTIONS(REAL_DECLARE)
#undef REAL_DECLARE

#endif
