/* SPDX-License-Identifier: MIT */
/* Seccomp user notifications: a call that waits, and its answer. See seccomp_unotify(2). */
#ifndef BINDTO_NOTIFY_H
#define BINDTO_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A call of a thread of the program. The kernel stops the thread until the call is answered. */
struct notice {
	int listener;
	uint64_t id;
	pid_t thread;
	uint32_t arch;
	int number;
	uint64_t arguments[6];
};

/*
 * As an errno: after the handler of the signal that waits, the kernel makes the call again or fails
 * it with EINTR. The value is from the kernel's include/linux/errno.h; the program never sees it.
 */
#define NOTIFY_ERESTARTSYS 512

/* Makes ready for a listener. Returns 0, or -EINVAL if the kernel is older than 5.14. */
int notify_open(int listener);

/* Returns 0, or -errno: -EINTR, or -ENOENT if the caller is gone and there is nothing to do. */
int notify_receive(int listener, struct notice *ret_notice);

/*
 * Does the call still wait? If so, what was read of its thread before was read of the right thread:
 * the id of one that waits cannot have been given to another.
 */
bool notify_is_waiting(const struct notice *notice);

/*
 * These three answer the call, and do nothing if the caller is gone. If the kernel takes no answer
 * although the caller waits, the supervisor ends.
 */

/* Lets the call return value, 0 or more, or fail with -value. */
void notify_answer(const struct notice *notice, int64_t value);

/* Lets the kernel carry the call out. */
void notify_continue(const struct notice *notice);

/*
 * Gives the caller a duplicate of fd and answers with its number, in one step. If the caller cannot
 * have one more descriptor (EMFILE), the call fails with that.
 */
void notify_give(const struct notice *notice, int fd, bool close_on_exec);

/* Puts fd in place of the caller's descriptor of this number; no answer. Returns 0 or -errno. */
int notify_replace(const struct notice *notice, int fd, int number, bool close_on_exec);

#endif
