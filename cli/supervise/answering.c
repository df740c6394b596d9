/* SPDX-License-Identifier: MIT */
/*
 * Answers calls in a thread of its own, so that it can wait in the kernel's receive itself. If it
 * shared a thread with the supervisor's loop, that would have to poll(2) all its descriptors before
 * each call, which costs as much as making a socket. The loop takes the lock only when a call that
 * waited goes on.
 */
#include "supervise/answering.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "base/diag.h"
#include "supervise/dispatch.h"
#include "supervise/notify.h"
#include "supervise/supervisor.h"

enum { STACK_SIZE = 256 * 1024 };

void answering_pause(struct supervisor *supervisor)
{
	(void)pthread_mutex_lock(&supervisor->lock); /* fails only if this thread has it already */
}

void answering_resume(struct supervisor *supervisor)
{
	(void)pthread_mutex_unlock(&supervisor->lock); /* fails only if this thread has it not */
}

static bool is_deserted(int listener)
{
	struct pollfd ends = {.fd = listener};

	return poll(&ends, 1, 0) == 1 && (ends.revents & POLLHUP);
}

static void *answer_all(void *argument)
{
	struct supervisor *supervisor = argument;
	int listener = supervisor->listener; /* never changes */
	struct notice notice;

	for (;;) {
		int r = notify_receive(listener, &notice);
		if (r < 0) {
			/* Since Linux 6.11 the receive fails when no caller is left. */
			if (is_deserted(listener))
				return NULL;
			/* ENOENT: the caller was killed. Else no call would get an answer. */
			if (r != -EINTR && r != -ENOENT)
				_exit(STATUS_FAILED);
			continue;
		}
		answering_pause(supervisor);
		dispatch(supervisor, &notice, NULL);
		answering_resume(supervisor);
	}
}

int answering_start(struct supervisor *supervisor)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int r = pthread_attr_init(&attributes);

	if (r == 0)
		r = pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (r == 0)
		r = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (r == 0)
		r = pthread_create(&thread, &attributes, answer_all, supervisor);
	return -r;
}
