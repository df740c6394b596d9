/* SPDX-License-Identifier: MIT */
/*
 * What the supervisor sees of a calling thread: its memory and descriptors (caller.c), and what
 * /proc says of it (caller_proc.c). The thread may die at any time, and another may then get its
 * id. So a look is good only if the notice still waits afterwards. These functions check that
 * themselves and return -ESRCH if it does not, unless their comment says otherwise.
 */
#ifndef BINDTO_CALLER_H
#define BINDTO_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "supervise/notify.h"

struct call;

/* What is kept of callers from one call to the next. For caller.c and caller_proc.c. */
struct callers {
	/*
	 * /proc, held open: the program may be able to mount something else over /proc, but cannot
	 * change what this descriptor shows.
	 */
	int proc;
	struct stat network, users; /* files that tell the supervisor's own namespaces */
	bool may_have_left;         /* caller_may_leave() */
	bool is_look_tried, is_blind;
	struct {
		pid_t thread; /* 0: none */
		int holder;   /* its pidfd */
	} known[4];
};

/* Opens /proc as this process sees it now. Returns 0 or -errno. */
int caller_open(struct callers *callers);

/*
 * Copies size bytes from the caller. Returns 0; -EFAULT; -EPERM if the supervisor may not read that
 * process; -ESRCH.
 */
int caller_read(const struct notice *notice, uint64_t address, void *buffer, size_t size);

/*
 * The same, unchecked: the bytes may be from another process until notify_is_waiting() has said
 * that the caller still waits.
 */
int caller_glance(const struct notice *notice, uint64_t address, void *buffer, size_t size);

/*
 * As caller_read(), from several places, one after the other. They may hold more than size bytes.
 */
int caller_read_parts(const struct notice *notice, const struct iovec *parts, size_t count,
		      void *buffer, size_t size);

/* Copies size bytes to the caller, which waits. Returns as caller_read(). */
int caller_write(const struct notice *notice, uint64_t address, const void *data, size_t size);
int caller_write_parts(const struct notice *notice, const struct iovec *parts, size_t count,
		       const void *data, size_t size);

/*
 * May the supervisor look into the caller, at its memory and descriptors? It may not if the caller
 * forbade it (PR_SET_DUMPABLE in prctl(2)), or runs a file that it may execute but not read.
 */
bool caller_is_readable(const struct call *call);

/*
 * Does the system keep the supervisor from looking into any process (a container's filter, Yama's
 * scope 2)? To be asked of a process that does not forbid it.
 */
bool caller_is_blind(pid_t process);

/*
 * Duplicates a descriptor of the caller's, close-on-exec. Returns the duplicate, -EBADF, -EPERM,
 * -ESRCH or -EMFILE. Unchecked: nothing must be done with it until a look at the caller's memory,
 * or notify_is_waiting(), has said that the caller still waits.
 */
int caller_descriptor(const struct call *call, int fd);

/*
 * The functions from here on read /proc. Those that take a thread's id are unchecked.
 */

/*
 * The numbers of the caller's descriptors, in memory that the caller of this function frees.
 * Returns how many, or -errno (-EACCES: the process may not be looked into). Unchecked.
 */
int caller_list(const struct call *call, int **ret_numbers);

/* Is the caller's descriptor close-on-exec? True if that cannot be seen. Unchecked. */
bool caller_closes_on_exec(const struct call *call, int fd);

/*
 * To be called before a thread of the program may get namespaces of its own. Until then none has:
 * all of them descend from what the supervisor started, and the filter traps the calls that make
 * namespaces (filter.c).
 */
void caller_may_leave(struct callers *callers);
bool caller_may_have_left(const struct callers *callers);

/*
 * Is the caller in this process's network namespace? Unchecked, because it needs no check: only the
 * caller itself can leave, which it cannot while it waits, and a caller that is gone gets nothing.
 */
bool caller_shares_network(const struct call *call);

/* Is the caller in this process's user namespace, so that its capabilities mean the same? */
bool caller_shares_users(const struct call *call);

/* Reads /proc/THREAD/status as text with a NUL. Returns its length or -errno. */
int caller_status(const struct callers *callers, pid_t thread, char *buffer, size_t size);

/*
 * Finds a word of such a text: label begins with the newline before its line and ends with a colon,
 * and which counts the words behind it from 0. NULL if there is no such line.
 */
const char *caller_status_word(const char *status, const char *label, unsigned int which);

/* The process that a thread belongs to. Returns its id or -errno. */
pid_t caller_process(const struct callers *callers, pid_t thread);

/* A process's name, cut to size. Returns 0 or -ESRCH. */
int caller_name(const struct callers *callers, pid_t process, char *name, size_t size);

/* Has the thread a pending signal that would end its wait if it waited in the kernel? */
bool caller_is_signalled(const struct callers *callers, pid_t thread);

#endif
