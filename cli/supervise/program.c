/* SPDX-License-Identifier: MIT */
/*
 * The child that becomes the program: under the filter first, then, when the supervisor says that
 * it answers, with the signals that bindto was started with. It says what went wrong, on the stderr
 * that only it still has.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/inherited.h"
#include "preload/environment.h"
#include "preload/library.h"
#include "supervise/handover.h"
#include "supervise/protocol.h"
#include "target/run.h"

enum { STACK_SIZE = 64 * 1024 };

static void restore_signals(const struct launch *launch)
{
	if (sigaction(SIGCHLD, &launch->children, NULL) < 0 ||
	    sigprocmask(SIG_SETMASK, &launch->signals, NULL) < 0)
		die("cannot restore signals: %s", strerror(errno));
}

/* The program's process, with what is at the start of it. */
struct start {
	const struct launch *launch;
	const int *handover; /* the supervisor's end, the program's end */
};

/* The listener, in the descriptors that are shared: standard streams are not its place. */
static int install(const struct filter *filter)
{
	int listener = filter_install(filter);

	if (listener < 0)
		return listener;
	listener = inherited_above(listener);
	return listener < 0 ? -errno : listener;
}

/* Returns as handover_wait(), or -errno. */
static int go_under(const struct launch *launch, const int handover[2])
{
	int listener = install(&launch->filter);

	if (unshare(CLONE_FILES) < 0)
		listener = -errno;
	if (listener >= 0)
		(void)close(listener); /* in the program it would keep itself alive */
	(void)close(handover[0]);      /* the supervisor's end: it closes with the supervisor */
	int r = handover_send(handover[1], listener);
	if (listener < 0)
		return listener;
	return r < 0 ? r : handover_wait(handover[1]);
}

__attribute__((noreturn)) static void die_unsupervised(const struct launch *launch, int error)
{
	struct target target = {.path = launch->target->path};

	diag_error("cannot supervise '%s': %s", target.path, filter_reason(error));
	target_judge(&target, library_covers_32());
	if (launch->pin->gated && target.coverage == COVERAGE_FULL && error != -EBUSY)
		diag_hint(
			"--engine preload needs no supervisor, but does not pin libc's name lookups "
			"and calls that bypass libc");
	exit(STATUS_FAILED);
}

static int run(void *context)
{
	const struct start *start = context;
	const struct launch *launch = start->launch;
	int r = go_under(launch, start->handover);

	if (r < 0)
		die_unsupervised(launch, r);
	if (r > 0 && launch->pin->gated)
		environment_set_look(launch->pin, (enum pin_look)r);
	restore_signals(launch);
	exit(run_target(launch->target, launch->arguments));
}

pid_t program_start(const struct launch *launch, const int handover[2])
{
	static _Alignas(max_align_t) char stack[STACK_SIZE];
	struct start start = {launch, handover};

	/* fork(2) but for the descriptors: the memory, and so the stack, is a copy. */
	return clone(run, stack + sizeof(stack), CLONE_FILES | SIGCHLD, &start);
}
