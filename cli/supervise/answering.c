/* SPDX-License-Identifier: MIT */
/*
 * A thread of its own, so that it can wait in the kernel's receive itself: a poll(2) of all that
 * the supervisor waits for, before each call, would cost as much as making the socket. One lock
 * keeps it and the supervisor's loop apart, which has it only while a call that waited goes on.
 */
#include "supervise/answering.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/diag.h"
#include "supervise/dispatch.h"
#include "supervise/notify.h"

enum { STACK_SIZE = 256 * 1024 };

struct answering {
	const struct pin *pin;
	int listener;
};

static struct answering answering;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void answering_pause(void)
{
	(void)pthread_mutex_lock(&lock); /* it is no recursive one */
}

void answering_resume(void)
{
	(void)pthread_mutex_unlock(&lock); /* held */
}

static bool is_deserted(int listener)
{
	struct pollfd ends = {.fd = listener};

	return poll(&ends, 1, 0) == 1 && (ends.revents & POLLHUP);
}

static void *answer_all(void *unused)
{
	struct notice notice;

	(void)unused;
	for (;;) {
		int r = notify_receive(answering.listener, &notice);
		if (r < 0) {
			/* The caller was killed meanwhile, or there is none any more (Linux 6.11). */
			if (is_deserted(answering.listener))
				return NULL;
			if (r != -EINTR && r != -ENOENT) /* no call would get an answer */
				_exit(STATUS_FAILED);
			continue;
		}
		answering_pause();
		supervise(answering.pin, &notice, NULL);
		answering_resume();
	}
}

int answering_start(const struct pin *pin, int listener)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int r = pthread_attr_init(&attributes);

	answering = (struct answering){.pin = pin, .listener = listener};
	if (r == 0)
		r = pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (r == 0)
		r = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (r == 0)
		r = pthread_create(&thread, &attributes, answer_all, NULL);
	return -r;
}
