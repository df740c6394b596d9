/* SPDX-License-Identifier: MIT */
/* Seccomp user notifications: a call that waits, and its answer. See seccomp_unotify(2). */
#ifndef BINDTO_NOTIFY_H
#define BINDTO_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A call of a thread of the program, stopped until it is answered. */
struct notice {
	int listener;
	uint64_t id;
	pid_t thread;
	uint32_t arch;
	int number;
	uint64_t arguments[6];
};

/* Not an errno: the kernel is to carry the call out itself. */
#define NOTIFY_CONTINUE 1

/* As an errno: the call is to be begun anew after the signal that waits, or fails with EINTR. It is
 * include/linux/errno.h's of the kernel, and the program never sees it. */
#define NOTIFY_ERESTARTSYS 512

/*
 * Makes ready for a listener. Returns 0, or -EINVAL if the kernel is older than 5.14.
 */
int notify_open(int listener);

/* Returns 0, or -errno: -EINTR, -ENOENT (the caller is gone: nothing to do). */
int notify_receive(int listener, struct notice *ret_notice);

/* Does the call still wait? What was read of its process before was read of the right one then. */
bool notify_is_waiting(const struct notice *notice);

/*
 * Answers with 0 or a count, -errno, or (in error) NOTIFY_CONTINUE. -ENOENT: the caller is gone,
 * which needs no care. If the kernel takes no answer, the supervisor ends.
 */
int notify_answer(const struct notice *notice, int64_t value, int error);

/*
 * Answers with a new descriptor for fd in the caller, in one step. If the caller cannot have it
 * (EMFILE), that is the answer.
 */
int notify_give(const struct notice *notice, int fd, bool close_on_exec);

/* Puts fd in place of the caller's descriptor of this number; no answer. Returns 0 or -errno. */
int notify_replace(const struct notice *notice, int fd, int number, bool close_on_exec);

#endif
