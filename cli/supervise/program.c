/* SPDX-License-Identifier: MIT */
/*
 * The child that becomes the program. It puts itself under the filter, waits until the supervisor
 * answers, restores the signals that bindto was started with, and runs the program. If something
 * goes wrong, it prints the message itself: bindto and the supervisor have closed their stderr.
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

struct start {
	const struct launch *launch;
	const int *handover; /* the supervisor's end, the program's end */
};

/* Installs the filter. Returns the listener, which never takes a standard stream's number. */
static int install(const struct filter *filter)
{
	int listener = filter_install(filter);

	if (listener < 0)
		return listener;
	listener = inherited_above(listener);
	return listener < 0 ? -errno : listener;
}

/*
 * Gets under the filter and waits for the supervisor. The listener stays among the descriptors that
 * are shared with the supervisor. This process gets descriptors of its own and closes it there: if
 * the supervisor is killed, calls must fail (fact 13) and not wait for ever. Returns as
 * handover_wait(), or -errno.
 */
static int go_under(const struct launch *launch, const int handover[2])
{
	int listener = install(&launch->filter);

	if (unshare(CLONE_FILES) < 0)
		listener = -errno;
	if (listener >= 0)
		(void)close(listener); /* else it would outlive the supervisor */
	(void)close(handover[0]);      /* else the supervisor's end would outlive it */
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

	/* As fork(2), except that the descriptors are shared. The child's stack is in its copy. */
	return clone(run, stack + sizeof(stack), CLONE_FILES | SIGCHLD, &start);
}
