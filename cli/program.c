/* SPDX-License-Identifier: MIT */
/*
 * The child that becomes the program: under the filter first, then, when the supervisor says that
 * it answers, with the signals that bindto was started with. It says what went wrong, on the stderr
 * that only it still has.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "diag.h"
#include "family.h"
#include "handover.h"
#include "run.h"

static void restore_signals(const struct launch *launch)
{
	if (sigaction(SIGCHLD, &launch->children, NULL) < 0 ||
	    sigprocmask(SIG_SETMASK, &launch->signals, NULL) < 0)
		die("cannot restore signals: %s", strerror(errno));
}

/* What is done by a thread that was there before the filter, which holds only who installed it. */
struct sender {
	int handover, listener, result;
	sem_t installed;
};

static void *send_installed(void *context)
{
	struct sender *sender = context;

	while (sem_wait(&sender->installed) < 0)
		; /* EINTR: all signals are held back, but a tracer may come by */
	sender->result = handover_send(sender->handover, sender->listener);
	return NULL;
}

/*
 * The listener goes to the supervisor by sendmsg(2), which the filter may trap when nobody answers
 * yet.
 */
static int install(const struct launch *launch, int handover)
{
	struct sender sender = {.handover = handover};
	pthread_t thread;

	if (sem_init(&sender.installed, 0, 0) < 0)
		return -errno;
	int r = -pthread_create(&thread, NULL, send_installed, &sender);
	if (r < 0)
		return r;
	sender.listener = filter_install(&launch->filter);
	if (sender.listener < 0)
		return sender.listener;    /* the process ends, and the thread with it */
	(void)sem_post(&sender.installed); /* it is valid, and at 0 */
	(void)pthread_join(thread, NULL);  /* it is joinable */
	/* The supervisor has it: in the program it would keep itself alive. */
	(void)close(sender.listener);
	return sender.result;
}

void program_run(const struct launch *launch, int handover)
{
	const char *path = launch->target->path;
	int r = install(launch, handover);

	if (r == 0)
		r = handover_wait(handover);
	if (r < 0)
		die("cannot supervise '%s': %s", path, filter_reason(r));
	restore_signals(launch);
	exit(run_target(launch->target, launch->arguments));
}
