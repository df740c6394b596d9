/* SPDX-License-Identifier: MIT */
/*
 * A caller under SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV does not wake up for a signal, and the
 * supervisor is not told of one: so it looks, twenty times a second while a connect is under way.
 * The caller then gets ERESTARTSYS, as from the kernel's own connect: EINTR, or the call again,
 * whichever its handler asks for. A thread in connect(2) is interrupted by a signal of its own.
 */
#include "connecting.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "remote.h"
#include "rights.h"

enum {
	CONNECTING_MAX = 512,
	STACK_SIZE = 64 * 1024,
	INTERRUPTION = SIGUSR1,
};

enum state {
	STATE_FREE,
	STATE_RUNNING,
	STATE_DONE, /* the thread is over but for pthread_join() */
};

struct connecting {
	struct sockaddr_storage address;
	struct notice notice;
	struct coming_event event;
	pthread_t worker;
	_Atomic enum state state;
	int fd;
	socklen_t length;
	atomic_bool cancelled;
};

static struct connecting all[CONNECTING_MAX];
static size_t used; /* of all, by the supervisor's thread: those that are not free */
static pthread_attr_t attributes;

static void on_interruption(int number)
{
	(void)number;
}

int connecting_open(void)
{
	struct sigaction action = {.sa_handler = on_interruption}; /* no SA_RESTART */
	int r = pthread_attr_init(&attributes);

	if (r == 0)
		r = pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (r == 0 && sigaction(INTERRUPTION, &action, NULL) < 0)
		r = errno;
	return -r;
}

/* What an interrupted connect gives in the kernel (sock_intr_errno()). */
static int interrupted(int fd)
{
	struct timeval limit = {0};
	socklen_t length = sizeof(limit);

	(void)getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, &length); /* then there is none */
	return limit.tv_sec || limit.tv_usec ? -EINTR : -NOTIFY_ERESTARTSYS;
}

static int connect_once(const struct connecting *connecting)
{
	if (syscall(SYS_connect, connecting->fd, &connecting->address, connecting->length) == 0)
		return 0;
	return -errno;
}

static void *work(void *context)
{
	struct connecting *connecting = context;
	sigset_t interruption;
	int r = -EINTR;

	rights_drop();
	sigemptyset(&interruption);
	sigaddset(&interruption, INTERRUPTION);
	(void)pthread_sigmask(SIG_UNBLOCK, &interruption, NULL); /* the arguments are right */
	while (r == -EINTR && !atomic_load(&connecting->cancelled))
		r = connect_once(connecting);
	if (r == -EINTR)
		r = interrupted(connecting->fd);
	events_finish(&connecting->event, connecting->fd, r);
	(void)close(connecting->fd);                    /* a duplicate */
	(void)notify_answer(&connecting->notice, 0, r); /* the caller may be gone */
	atomic_store(&connecting->state, STATE_DONE);
	return NULL;
}

static void reap(struct connecting *connecting)
{
	if (atomic_load(&connecting->state) != STATE_DONE)
		return;
	(void)pthread_join(connecting->worker, NULL); /* it is joinable, and over */
	used--;
	atomic_store(&connecting->state, STATE_FREE);
}

static struct connecting *find_free(void)
{
	for (size_t i = 0; i < CONNECTING_MAX; i++) {
		reap(&all[i]);
		if (atomic_load(&all[i].state) == STATE_FREE)
			return &all[i];
	}
	return NULL;
}

int connecting_start(const struct notice *notice, int fd, const struct sockaddr_storage *address,
		     socklen_t length, const struct coming_event *event)
{
	struct connecting *connecting = find_free();

	if (!connecting)
		return -EAGAIN;
	connecting->notice = *notice;
	connecting->fd = fd;
	connecting->address = *address;
	connecting->length = length;
	connecting->event = *event;
	atomic_store(&connecting->cancelled, false);
	atomic_store(&connecting->state, STATE_RUNNING);
	if (pthread_create(&connecting->worker, &attributes, work, connecting) == 0) {
		used++;
		return 0;
	}
	atomic_store(&connecting->state, STATE_FREE);
	return -EAGAIN;
}

bool connecting_any(void)
{
	return used > 0;
}

/* Gives up for a caller that is gone or has a signal to take. */
static void tend(struct connecting *connecting)
{
	const struct notice *notice = &connecting->notice;

	reap(connecting);
	if (atomic_load(&connecting->state) != STATE_RUNNING)
		return;
	if (!notify_is_waiting(notice) || remote_is_signalled(notice->thread))
		atomic_store(&connecting->cancelled, true);
	/* Again and again: the last one may have come before the thread was in connect(2). */
	if (atomic_load(&connecting->cancelled))
		(void)pthread_kill(connecting->worker, INTERRUPTION);
}

void connecting_tend(void)
{
	for (size_t i = 0; i < CONNECTING_MAX; i++)
		tend(&all[i]);
}
