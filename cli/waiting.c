/* SPDX-License-Identifier: MIT */
/*
 * Nothing of a call is kept but its notice and how far it has come: it is read and judged again
 * each time. A caller under SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV does not wake up for a signal,
 * so that it is looked at from time to time, as connecting.c does.
 */
#include "waiting.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "remote.h"

enum { WAITING_MAX = 512 };

struct waiting {
	struct notice notice;
	struct progress progress;
	int fd; /* 0: the place is free, for standard input is never one of these */
};

static struct waiting all[WAITING_MAX];
static size_t used; /* of all */
static int epoll = -1;

int waiting_open(void)
{
	epoll = epoll_create1(EPOLL_CLOEXEC);
	return epoll < 0 ? -errno : 0;
}

int waiting_descriptor(void)
{
	return epoll;
}

bool waiting_any(void)
{
	return used > 0;
}

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time); /* the arguments are right */
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* 0: the socket waits for ever. */
static int64_t deadline_of(int fd, short events)
{
	int name = events == POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO;
	struct timeval limit = {0};
	socklen_t length = sizeof(limit);

	(void)getsockopt(fd, SOL_SOCKET, name, &limit, &length); /* then there is none */
	int64_t milliseconds = (int64_t)limit.tv_sec * 1000 + limit.tv_usec / 1000;
	return limit.tv_sec || limit.tv_usec ? now() + milliseconds : 0;
}

static struct waiting *find_free(void)
{
	for (size_t i = 0; i < WAITING_MAX; i++)
		if (all[i].fd == 0)
			return &all[i];
	return NULL;
}

static void release(struct waiting *waiting)
{
	(void)epoll_ctl(epoll, EPOLL_CTL_DEL, waiting->fd, NULL); /* it is there, or is noisy */
	(void)close(waiting->fd);                                 /* a duplicate */
	waiting->fd = 0;
	used--;
}

struct answer waiting_start(const struct call *call, int *fd, short events)
{
	struct waiting *waiting = find_free();
	struct epoll_event event = {.events = (uint32_t)events};

	if (!waiting)
		return answer_error(-EAGAIN);
	event.data.ptr = waiting;
	if (!call->progress.is_noisy && epoll_ctl(epoll, EPOLL_CTL_ADD, *fd, &event) < 0)
		return answer_error(-errno);
	waiting->notice = *call->notice;
	waiting->progress = call->progress;
	if (!call->progress.has_begun) {
		waiting->progress.has_begun = true;
		waiting->progress.deadline = deadline_of(*fd, events);
	}
	waiting->fd = steal_fd(fd);
	used++;
	return (struct answer){.is_answered = true};
}

/* One that is noisy is ready for ever: if it has to wait again it waits for the next look. */
static void carry_out_anew(const struct pin *pin, struct waiting *waiting, bool is_noisy)
{
	struct notice notice = waiting->notice;
	struct progress progress = waiting->progress;

	release(waiting); /* another call may have its place at once */
	progress.is_noisy = is_noisy;
	supervise(pin, &notice, &progress);
}

void waiting_take(const struct pin *pin)
{
	struct epoll_event ready[32];
	int count = epoll_wait(epoll, ready, sizeof(ready) / sizeof(ready[0]), 0);

	for (int i = 0; i < count; i++)
		carry_out_anew(pin, ready[i].data.ptr, ready[i].events & EPOLLERR);
}

/* What an interrupted call gives in the kernel (sock_intr_errno()). */
static int interruption(const struct progress *progress)
{
	return progress->deadline ? -EINTR : -NOTIFY_ERESTARTSYS;
}

static void tend(const struct pin *pin, struct waiting *waiting)
{
	const struct progress *progress = &waiting->progress;
	bool is_late = progress->deadline && progress->deadline <= now();
	int error = 0;

	if (!notify_is_waiting(&waiting->notice)) {
		release(waiting);
		return;
	}
	if (remote_is_signalled(waiting->notice.thread))
		error = interruption(progress);
	else if (is_late)
		error = progress->is_opened ? -EINPROGRESS : -EAGAIN;
	if (error == 0) {
		if (progress->is_noisy)
			carry_out_anew(pin, waiting, false);
		return;
	}
	if (progress->done > 0)
		error = 0;
	/* The caller may be gone. */
	(void)notify_answer(&waiting->notice, (int64_t)progress->done, error);
	release(waiting);
}

void waiting_tend(const struct pin *pin)
{
	for (size_t i = 0; i < WAITING_MAX; i++)
		if (all[i].fd != 0)
			tend(pin, &all[i]);
}
