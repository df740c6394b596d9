/* SPDX-License-Identifier: MIT */
/*
 * Remembers calls that wait. Of each it keeps only the notice and how far the call has come: when
 * the socket is ready, the call is read and judged again as if it were new.
 *
 * Under SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV a signal does not wake the caller up, and nobody
 * tells the supervisor of it. So the supervisor looks for signals twenty times a second while a
 * call waits. A caller that has one gets ERESTARTSYS, as it would in the kernel: its handler's
 * SA_RESTART decides whether that becomes EINTR or the call is made again.
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
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/supervisor.h"

enum { LOOK_INTERVAL = 50 }; /* ms */

struct waiting {
	struct notice notice;
	struct progress progress;
	int fd;                       /* a duplicate of the caller's */
	struct waiting *next, **link; /* link: what points to this one */
};

int waiting_open(struct waiting_list *list)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}; /* NULL: the timer */

	*list = (struct waiting_list){
		.epoll = epoll_create1(EPOLL_CLOEXEC),
		.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
	};
	if (list->epoll < 0 || list->timer < 0 ||
	    epoll_ctl(list->epoll, EPOLL_CTL_ADD, list->timer, &event) < 0)
		return -errno;
	return 0;
}

int waiting_descriptor(const struct waiting_list *list)
{
	return list->epoll;
}

static void set_timer(const struct waiting_list *list, bool is_running)
{
	struct timespec interval = {.tv_nsec = is_running ? LOOK_INTERVAL * 1000000L : 0};
	struct itimerspec setting = {.it_interval = interval, .it_value = interval};

	(void)timerfd_settime(list->timer, 0, &setting, NULL); /* the arguments are right */
}

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time); /* the arguments are right */
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* When the socket's time limit is over; 0 if it has none. */
static int64_t deadline_of(int fd, short events)
{
	int name = events == POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO;
	struct timeval limit = {0};
	socklen_t length = sizeof(limit);

	(void)getsockopt(fd, SOL_SOCKET, name, &limit, &length); /* if it fails there is none */
	int64_t milliseconds = (int64_t)limit.tv_sec * 1000 + limit.tv_usec / 1000;
	return limit.tv_sec || limit.tv_usec ? now() + milliseconds : 0;
}

static void insert(struct waiting_list *list, struct waiting *waiting)
{
	if (!list->first)
		set_timer(list, true);
	waiting->next = list->first;
	waiting->link = &list->first;
	if (list->first)
		list->first->link = &waiting->next;
	list->first = waiting;
}

static void release(struct waiting_list *list, struct waiting *waiting)
{
	/* Fails for a noisy socket, which is not in the set. */
	(void)epoll_ctl(list->epoll, EPOLL_CTL_DEL, waiting->fd, NULL);
	(void)close(waiting->fd); /* the caller has its own */
	*waiting->link = waiting->next;
	if (waiting->next)
		waiting->next->link = waiting->link;
	free(waiting);
	if (!list->first)
		set_timer(list, false);
}

struct outcome waiting_start(const struct call *call, int *fd, short events)
{
	struct waiting_list *list = &call->supervisor->waiting;
	struct waiting *waiting = malloc(sizeof(*waiting));
	struct epoll_event event = {.events = (uint32_t)events, .data.ptr = waiting};

	if (!waiting)
		return outcome_answer(-ENOMEM);
	if (!call->progress.is_noisy && epoll_ctl(list->epoll, EPOLL_CTL_ADD, *fd, &event) < 0) {
		int failure = errno;

		free(waiting);
		return outcome_answer(-failure);
	}
	waiting->notice = *call->notice;
	waiting->progress = call->progress;
	if (!call->progress.has_begun) {
		waiting->progress.has_begun = true;
		waiting->progress.deadline = deadline_of(*fd, events);
	}
	waiting->fd = steal_fd(fd);
	insert(list, waiting);
	return outcome_deferred();
}

/*
 * A noisy socket is ready for ever, as epoll sees it. If its call has to wait again, it waits for
 * the next look of the timer instead.
 */
static void carry_out_anew(struct supervisor *supervisor, waiting_again *again,
			   struct waiting *waiting, bool is_noisy)
{
	struct notice notice = waiting->notice;
	struct progress progress = waiting->progress;

	release(&supervisor->waiting, waiting);
	progress.is_noisy = is_noisy;
	again(supervisor, &notice, &progress);
}

/* What an interrupted call gives in the kernel (sock_intr_errno()). */
static int interruption(const struct progress *progress)
{
	return progress->deadline ? -EINTR : -NOTIFY_ERESTARTSYS;
}

/* Has the call waited in vain? Returns what ends it, -errno, or 0 if it waits on. */
static int reason_to_end(const struct callers *callers, const struct waiting *waiting)
{
	const struct progress *progress = &waiting->progress;

	if (caller_is_signalled(callers, waiting->notice.thread))
		return interruption(progress);
	if (progress->deadline && progress->deadline <= now())
		return progress->is_opened ? -EINPROGRESS : -EAGAIN;
	return 0;
}

static void tend(struct supervisor *supervisor, waiting_again *again, struct waiting *waiting)
{
	const struct progress *progress = &waiting->progress;

	if (!notify_is_waiting(&waiting->notice)) {
		release(&supervisor->waiting, waiting);
		return;
	}
	int error = reason_to_end(&supervisor->callers, waiting);
	if (error < 0) {
		/* A stream that has sent something returns how much. */
		notify_answer(&waiting->notice,
			      progress->done > 0 ? (int64_t)progress->done : error);
		release(&supervisor->waiting, waiting);
	} else if (progress->is_noisy) {
		carry_out_anew(supervisor, again, waiting, false);
	}
}

static void tend_all(struct supervisor *supervisor, waiting_again *again)
{
	uint64_t times;

	if (read(supervisor->waiting.timer, &times, sizeof(times)) < 0) /* ends its readiness */
		return;
	for (struct waiting *waiting = supervisor->waiting.first, *next; waiting; waiting = next) {
		/* The next one stays: a call that is carried out anew gets in at the front. */
		next = waiting->next;
		tend(supervisor, again, waiting);
	}
}

void waiting_take(struct supervisor *supervisor, waiting_again *again)
{
	struct epoll_event ready[32];
	int number =
		epoll_wait(supervisor->waiting.epoll, ready, sizeof(ready) / sizeof(ready[0]), 0);
	bool is_time = false;

	for (int i = 0; i < number; i++) {
		if (ready[i].data.ptr)
			carry_out_anew(supervisor, again, ready[i].data.ptr,
				       ready[i].events & EPOLLERR);
		else
			is_time = true; /* later: tend_all() may release others that are ready */
	}
	if (is_time)
		tend_all(supervisor, again);
}
