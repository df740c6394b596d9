/* SPDX-License-Identifier: MIT */
/*
 * Nothing of a call is kept but its notice and how far it has come: it is read and judged again
 * each time. A caller under SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV does not wake up for a signal,
 * and the supervisor is not told of one: so it looks, twenty times a second while a call waits. The
 * caller then gets ERESTARTSYS, as in the kernel: EINTR, or the call again, whichever its handler
 * asks for.
 */
#include "supervise/waiting.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervise/caller.h"

enum { LOOK_INTERVAL = 50 }; /* ms */

struct waiting {
	struct notice notice;
	struct progress progress;
	int fd;                       /* a duplicate */
	struct waiting *next, **link; /* what points to this one */
};

static struct waiting *first;
static int epoll = -1, timer = -1;

int waiting_open(void)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}; /* of no call */

	epoll = epoll_create1(EPOLL_CLOEXEC);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (epoll < 0 || timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event) < 0)
		return -errno;
	return 0;
}

int waiting_descriptor(void)
{
	return epoll;
}

/* It runs while any call waits. */
static void set_timer(bool is_running)
{
	struct timespec interval = {.tv_nsec = is_running ? LOOK_INTERVAL * 1000000L : 0};
	struct itimerspec setting = {.it_interval = interval, .it_value = interval};

	(void)timerfd_settime(timer, 0, &setting, NULL); /* the arguments are right */
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

static void insert(struct waiting *waiting)
{
	if (!first)
		set_timer(true);
	waiting->next = first;
	waiting->link = &first;
	if (first)
		first->link = &waiting->next;
	first = waiting;
}

static void release(struct waiting *waiting)
{
	(void)epoll_ctl(epoll, EPOLL_CTL_DEL, waiting->fd, NULL); /* it is there, or is noisy */
	(void)close(waiting->fd);                                 /* nobody else's */
	*waiting->link = waiting->next;
	if (waiting->next)
		waiting->next->link = waiting->link;
	free(waiting);
	if (!first)
		set_timer(false);
}

struct answer waiting_start(const struct call *call, int *fd, short events)
{
	struct waiting *waiting = malloc(sizeof(*waiting));
	struct epoll_event event = {.events = (uint32_t)events, .data.ptr = waiting};

	if (!waiting)
		return answer_error(-ENOMEM);
	if (!call->progress.is_noisy && epoll_ctl(epoll, EPOLL_CTL_ADD, *fd, &event) < 0) {
		int failure = errno;

		free(waiting);
		return answer_error(-failure);
	}
	waiting->notice = *call->notice;
	waiting->progress = call->progress;
	if (!call->progress.has_begun) {
		waiting->progress.has_begun = true;
		waiting->progress.deadline = deadline_of(*fd, events);
	}
	waiting->fd = steal_fd(fd);
	insert(waiting);
	return (struct answer){.is_answered = true};
}

/* One that is noisy is ready for ever: if it has to wait again it waits for the next look. */
static void carry_out_anew(waiting_again *again, const struct pin *pin, struct waiting *waiting,
			   bool is_noisy)
{
	struct notice notice = waiting->notice;
	struct progress progress = waiting->progress;

	release(waiting);
	progress.is_noisy = is_noisy;
	again(pin, &notice, &progress);
}

/* What an interrupted call gives in the kernel (sock_intr_errno()). */
static int interruption(const struct progress *progress)
{
	return progress->deadline ? -EINTR : -NOTIFY_ERESTARTSYS;
}

static void tend(waiting_again *again, const struct pin *pin, struct waiting *waiting)
{
	const struct progress *progress = &waiting->progress;
	bool is_late = progress->deadline && progress->deadline <= now();
	int error = 0;

	if (!notify_is_waiting(&waiting->notice)) {
		release(waiting);
		return;
	}
	if (caller_is_signalled(waiting->notice.thread))
		error = interruption(progress);
	else if (is_late)
		error = progress->is_opened ? -EINPROGRESS : -EAGAIN;
	if (error == 0) {
		if (progress->is_noisy)
			carry_out_anew(again, pin, waiting, false);
		return;
	}
	if (progress->done > 0)
		error = 0;
	/* The caller may be gone. */
	(void)notify_answer(&waiting->notice, (int64_t)progress->done, error);
	release(waiting);
}

/* Gives up for callers that are gone, have a signal to take, or have waited long enough. */
static void tend_all(waiting_again *again, const struct pin *pin)
{
	uint64_t times;

	if (read(timer, &times, sizeof(times)) < 0) /* so that it is not ready any more */
		return;
	for (struct waiting *waiting = first, *next; waiting; waiting = next) {
		next = waiting->next; /* which stays: what is carried out anew comes first */
		tend(again, pin, waiting);
	}
}

void waiting_take(waiting_again *again, const struct pin *pin)
{
	struct epoll_event ready[32];
	int number = epoll_wait(epoll, ready, sizeof(ready) / sizeof(ready[0]), 0);
	bool is_time = false;

	for (int i = 0; i < number; i++) {
		if (ready[i].data.ptr)
			carry_out_anew(again, pin, ready[i].data.ptr, ready[i].events & EPOLLERR);
		else
			is_time = true; /* later: a look may release what else is ready */
	}
	if (is_time)
		tend_all(again, pin);
}
