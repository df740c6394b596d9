/* SPDX-License-Identifier: MIT */
/*
 * What the supervisor sees of a calling thread: its memory, its descriptors, its network namespace.
 * A thread may die and its id be reused at any time: each look is good only if the notice still
 * waits afterwards, which these check themselves (-ESRCH) where nothing is said.
 */
#ifndef BINDTO_CALLER_H
#define BINDTO_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "supervise/notify.h"

/* Opens /proc as this process sees it now. Returns 0 or -errno. */
int caller_open(void);

/*
 * Copies size bytes from the caller. Returns 0, -EFAULT, -EPERM if it may not be read, -ESRCH.
 */
int caller_read(const struct notice *notice, uint64_t address, void *buffer, size_t size);

/*
 * The same, unchecked: of another process's memory, perhaps, if notify_is_waiting() is not asked.
 */
int caller_glance(const struct notice *notice, uint64_t address, void *buffer, size_t size);

/*
 * As caller_read(), from several places, one after the other; there may be more in them than size.
 */
int caller_read_parts(const struct notice *notice, const struct iovec *parts, size_t count,
		      void *buffer, size_t size);

/* Copies size bytes to the caller, which waits. Returns as caller_read(). */
int caller_write(const struct notice *notice, uint64_t address, const void *data, size_t size);
int caller_write_parts(const struct notice *notice, const struct iovec *parts, size_t count,
		       const void *data, size_t size);

/*
 * Can the caller be looked into, for its memory and its descriptors? Not if it forbade that
 * (PR_SET_DUMPABLE in prctl(2)), or runs a file that may be run and not be read.
 */
bool caller_is_readable(const struct notice *notice);

/*
 * Is it the system that keeps this process from the descriptors of others (a container's filter,
 * Yama's scope 2)? Tried with a process that does not forbid it.
 */
bool caller_is_blind(pid_t process);

/*
 * A duplicate, close-on-exec, of the caller's descriptor. -EBADF, -EPERM, -ESRCH, -EMFILE. Nothing
 * is to be done with it before a look at the caller's memory, or notify_is_waiting(), has said that
 * it was the caller's.
 */
int caller_descriptor(const struct notice *notice, int fd);

/*
 * The numbers of the caller's descriptors, in memory that the caller of this frees. Returns how
 * many, or -errno (-EACCES: the process may not be looked into).
 */
int caller_list(const struct notice *notice, int **ret_numbers);

/* Is the caller's descriptor close-on-exec? Yes if that cannot be seen. */
bool caller_closes_on_exec(const struct notice *notice, int fd);

/*
 * To be said before a thread of the program may get namespaces of its own. Until then none has: all
 * descend from what the supervisor started, and the calls for it are trapped (filter.c).
 */
void caller_may_leave(void);
bool caller_may_have_left(void);

/*
 * Is the caller in this process's network namespace? Holds while it waits, for only it can leave,
 * and is not checked for that: a descriptor can only be given to a caller that waits.
 */
bool caller_shares_network(const struct notice *notice);

/* Is it in this process's user namespace, so that its capabilities mean the same? */
bool caller_shares_users(const struct notice *notice);

/* Reads /proc/THREAD/status as text with a NUL. Returns its length or -errno. */
int caller_status(pid_t thread, char *buffer, size_t size);

/* The process of a thread, and its name, cut to size. Returns its id or -errno. */
pid_t caller_process(pid_t thread, char *name, size_t size);

/* Is a signal pending that would end the caller's wait, were it in the kernel? */
bool caller_is_signalled(pid_t thread);

#endif
