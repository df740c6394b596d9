/* SPDX-License-Identifier: MIT */
/*
 * The functions that the hooks stand in front of, found by dlsym(3) in the next library that has
 * them. Typed from libc's own prototypes.
 */
#ifndef BINDTO_REAL_H
#define BINDTO_REAL_H

#include <dlfcn.h>
#include <netdb.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define REAL_FUNCTIONS(X)                                                                          \
	X(socket)                                                                                  \
	X(bind)                                                                                    \
	X(listen)                                                                                  \
	X(connect)                                                                                 \
	X(sendto)                                                                                  \
	X(sendmsg)                                                                                 \
	X(sendmmsg)                                                                                \
	X(setsockopt)                                                                              \
	X(getsockopt)                                                                              \
	X(recvmsg)                                                                                 \
	X(recvmmsg)                                                                                \
	X(execve)                                                                                  \
	X(execvpe)                                                                                 \
	X(fexecve)                                                                                 \
	X(posix_spawn)                                                                             \
	X(posix_spawnp)                                                                            \
	X(system)                                                                                  \
	X(popen)                                                                                   \
	X(getaddrinfo)                                                                             \
	X(dlopen)                                                                                  \
	X(prctl)

#define REAL_INDEX(name) REAL_##name,
enum real { REAL_FUNCTIONS(REAL_INDEX) REAL_COUNT };
#undef REAL_INDEX

/* What the next library has under that name; looked up once, safe in any thread. */
void *real_at(enum real index);

/* real_socket() gives libc's socket(2), and so on. Here, for the type is all that they add. */
#define REAL_DECLARE(name)                                                                         \
	static inline __typeof__(&(name)) real_##name(void)                                        \
	{                                                                                          \
		return (__typeof__(&(name)))real_at(REAL_##name);                                  \
	}
REAL_FUNCTIONS(REAL_DECLARE)
#undef REAL_DECLARE

/* What the next library that has name has under it; NULL if there is none. */
void *real_next(const char *name);

/* Makes function what real_at(index) returns from now on. */
void real_replace(enum real index, void *function);

/* What dladdr(3) says of this library itself. Returns false if it says nothing. */
bool real_own(Dl_info *ret_own);

#endif
