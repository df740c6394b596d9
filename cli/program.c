/* SPDX-License-Identifier: MIT */
/*
 * The child that becomes the program: under the filter first, then, when the supervisor says that
 * it answers, with the signals that bindto was started with. It says what went wrong, on the stderr
 * that only it still has.
 */
#include <errno.h>
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

void program_run(const struct launch *launch, int handover)
{
	const char *path = launch->target->path;
	int listener = filter_install(&launch->filter);

	if (listener < 0)
		die("cannot supervise '%s': %s", path, filter_reason(listener));
	int r = handover_send(handover, listener);
	(void)close(
		listener); /* the supervisor has it: in the program it would keep itself alive */
	if (r == 0)
		r = handover_wait(handover);
	if (r < 0)
		die("cannot supervise '%s': %s", path, filter_reason(r));
	restore_signals(launch);
	exit(run_target(launch->target, launch->arguments));
}
