/* SPDX-License-Identifier: MIT */
/*
 * Starts a supervised program. There are three processes then:
 *   bindto            was started by the user, passes signals on to the program, and stops and ends
 *    |                as the program does
 *    +- supervisor    answers the trapped calls until the last process under the filter is gone; if
 *        |            the program leaves a daemon behind, that may be long after bindto has ended
 *        +- program   runs under the filter
 *
 * The supervisor is the program's parent, and the subreaper of the program's orphans, because with
 * Yama's ptrace scope of 1 (Ubuntu) only an ancestor may look into a process. bindto is a process
 * of its own because it has to end with the program, while the supervisor goes on for daemons.
 * bindto is a subreaper too: if the supervisor is killed, it becomes the program's parent and can
 * wait for it.
 *
 * bindto and the program are in the process group that the shell made, so that the terminal's
 * signals reach both. The supervisor is in a group of its own, so that neither the terminal's
 * signals nor a kill(0) reach it. If the shell can continue bindto's group, the supervisor stays in
 * the session, so that a group that the program makes for itself has a parent there, too, and
 * Ctrl-Z stops it. Else it leaves the session, so that no group has one (job.h).
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
#include "supervise/job.h"
#include "supervise/protocol.h"

/* Blocks all signals before the first fork: foreground_wait() reads those that come. */
static void hold_signals(struct launch *launch)
{
	struct sigaction wait = {.sa_handler = SIG_DFL}; /* waitpid() fails if it is ignored */
	sigset_t all;

	sigfillset(&all);
	if (sigprocmask(SIG_BLOCK, &all, &launch->signals) < 0 ||
	    sigaction(SIGCHLD, &wait, &launch->children) < 0)
		die("cannot hold signals: %s", strerror(errno));
}

int supervise_start(const char *library, const struct pin *pin, const struct target *target,
		    char **arguments)
{
	struct launch launch = {
		.pin = pin,
		.target = target,
		.arguments = arguments,
		.has_shell = job_has_shell(),
	};
	int channel[2];

	filter_build(pin, &launch.filter);
	/*
	 * Without PIN_VARIABLE the library of an outer bindto, which may still be preloaded, finds
	 * no pin and leaves all calls to the supervisor.
	 */
	if (pin->gated)
		environment_set(library, pin);
	else
		(void)unsetenv(PIN_VARIABLE); /* the name is valid */
	if (inherited_pair(channel) < 0)
		die("cannot start the supervisor: %s", strerror(errno));
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		die("cannot start the supervisor: %s", strerror(errno));
	hold_signals(&launch);
	pid_t bindto = getpid();
	pid_t supervisor = fork();
	if (supervisor < 0)
		die("cannot start the supervisor: %s", strerror(errno));
	if (supervisor == 0) {
		(void)close(channel[0]); /* else bindto's end would outlive it */
		supervisor_run(&launch, channel[1], bindto);
	}
	(void)close(channel[1]); /* else the supervisor's end would outlive it */
	/* bindto has no filter: a program that traced it could have it make calls. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the argument is right */
	filter_free(&launch.filter);
	return foreground_wait(channel[0], supervisor);
}
