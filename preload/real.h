/* SPDX-License-Identifier: MIT */
/*
 * The real functions, which the hooks stand in front of. dlsym(3) finds them in the next library
 * that has them. Their types are those of libc's own prototypes.
 */
#ifndef BINDTO_REAL_H
#define BINDTO_REAL_H

#include <dlfcn.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
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
	X(prctl)                                                                                   \
	X(getifaddrs)                                                                              \
	X(if_nameindex)                                                                            \
	X(ioctl)

#define REAL_INDEX(name) REAL_##name,
enum real { REAL_FUNCTIONS(REAL_INDEX) REAL_COUNT };
#undef REAL_INDEX

/* Returns the real function. Looks it up the first time. Safe in any thread. */
void *real_at(enum real index);

/*
 * real_socket() returns the real socket(2), and so on. In a header, because they only add the type.
 */
#define REAL_DECLARE(name)                                                                         \
	static inline __typeof__(&(name)) real_##name(void)                                        \
	{                                                                                          \
		return (__typeof__(&(name)))real_at(REAL_##name);                                  \
	}
REAL_FUNCTIONS(REAL_DECLARE)
#undef REAL_DECLARE

/* Returns what the next library has under name, or NULL if none has it. */
void *real_next(const char *name);

/* From now on, real_at(index) returns function. */
void real_replace(enum real index, void *function);

/* Asks dladdr(3) about this library. Returns false if it does not know. */
bool real_own(Dl_info *ret_own);

#endif
