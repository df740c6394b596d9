/* SPDX-License-Identifier: MIT */
/*
 * Three processes:
 *   bindto            what the user started and waits for: passes signals on to the program, stops
 *    |                and ends as the program does, and with it
 *    +- supervisor    answers the trapped calls until the last process under the filter is gone,
 *        |            which a daemon may make later than the end of bindto
 *        +- program   under the filter
 * Yama's ptrace scope of 1 (Ubuntu) lets only ancestors look into a process, so the supervisor is
 * the program's parent and the subreaper of what it orphans. bindto is in between for that: were it
 * the supervisor itself, it could not end with the program and leave daemons behind. It is a
 * subreaper too, so that it gets the program to wait for if the supervisor is killed.
 *
 * bindto and the program are in the process group that the shell made, so that the terminal's
 * signals reach both; the supervisor is in one of its own in the same session, which the terminal
 * and kill(0) do not reach, and which orphans no group (POSIX: a parent in another group).
 */
#include "supervise/start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/inherited.h"
#include "pin/codec.h"
#include "preload/environment.h"
#include "supervise/protocol.h"

/* Blocks all signals before the first fork: one that came before sigaction would be lost. */
static void hold_signals(struct launch *launch)
{
	struct sigaction wait = {.sa_handler = SIG_DFL}; /* if it is ignored, nobody can wait */
	sigset_t all;

	sigfillset(&all);
	if (sigprocmask(SIG_BLOCK, &all, &launch->signals) < 0 ||
	    sigaction(SIGCHLD, &wait, &launch->children) < 0)
		die("cannot hold signals: %s", strerror(errno));
}

int supervise_start(const char *library, const struct pin *pin, const struct target *target,
		    char **arguments)
{
	struct launch launch = {.pin = pin, .target = target, .arguments = arguments};
	int channel[2];

	filter_build(pin, &launch.filter);
	/* If an outer bindto's library is still preloaded, it finds no pin and leaves all calls to
	 * the supervisor. */
	if (pin->gated)
		environment_set(library, pin);
	else
		(void)unsetenv(PIN_VARIABLE); /* the name is valid */
	if (inherited_pair(channel) < 0)
		die("cannot start the supervisor: %s", strerror(errno));
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		die("cannot start the supervisor: %s", strerror(errno));
	hold_signals(&launch);
	pid_t supervisor = fork();
	if (supervisor < 0)
		die("cannot start the supervisor: %s", strerror(errno));
	if (supervisor == 0) {
		(void)close(channel[0]); /* bindto's end */
		supervisor_run(&launch, channel[1]);
	}
	(void)close(channel[1]); /* the supervisor's end: it closes with the supervisor */
	/* No filter is over bindto itself. A program that may trace it would have it make calls. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the argument is right */
	filter_free(&launch.filter);
	return foreground_wait(channel[0], supervisor);
}
