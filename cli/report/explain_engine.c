/* SPDX-License-Identifier: MIT */
/*
 * Finds out whether the kernel permits a supervisor, by trying: a child puts the very filter on
 * itself and ends. Its exit status says how that went.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "command.h"
#include "report/explain.h"
#include "socket/outer.h"
#include "supervise/caller.h"
#include "supervise/filter.h"
#include "supervise/notify.h"

/* The child adds this to the errno if the filter needed no_new_privs. */
enum { STATUS_NO_PRIVILEGES = 128 };

/* As fork(2), or dies: the reason says what this process cannot do. */
static pid_t fork_to(const char *reason)
{
	/* waitpid() fails if it is ignored. No program is started that could notice. */
	(void)signal(SIGCHLD, SIG_DFL); /* the signal is valid */
	pid_t child = fork();

	if (child < 0)
		die("cannot %s: %s", reason, strerror(errno));
	return child;
}

__attribute__((noreturn)) static void try_filter(const struct filter *filter)
{
	int listener = filter_install(filter);
	int r = listener < 0 ? listener : notify_open(listener);
	bool is_bound = r == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

	_exit(-r | (is_bound ? STATUS_NO_PRIVILEGES : 0));
}

static int status_of_trial(const struct pin *pin)
{
	struct filter filter;
	int status = 0;

	filter_build(pin, &filter);
	pid_t child = fork_to("try a seccomp filter");
	if (child == 0)
		try_filter(&filter);
	pid_t ended;
	do
		ended = waitpid(child, &status, 0);
	while (ended < 0 && errno == EINTR);
	filter_free(&filter);
	if (ended < 0)
		die("cannot try a seccomp filter: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

static const char *trap_of(int error)
{
	switch (error) {
	case EBUSY:
		return "other-supervisor";
	case ENOSYS:
	case EINVAL:
		return "old-kernel";
	default:
		return "seccomp-forbidden";
	}
}

static bool loses_rights(const struct target *target)
{
	return target->coverage == COVERAGE_SET_USER || target->coverage == COVERAGE_SET_GROUP ||
	       target->coverage == COVERAGE_FILE_CAPS;
}

/* May this process look into the programs that it starts? It tries with a child. */
static bool can_look(void)
{
	pid_t child = fork_to("try to look into a program");

	if (child == 0)
		for (;;)
			(void)pause(); /* until the parent kills it */
	bool is_blind = caller_is_blind(child);
	(void)kill(child, SIGKILL); /* it exists: nobody has waited for it */
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return !is_blind;
}

void explain_engine(struct explanation *explanation)
{
	const struct target *target = explanation->target;
	enum outer outer = outer_ask();

	if (explanation->engine == ENGINE_PRELOAD ||
	    (explanation->engine == ENGINE_BOTH && outer == OUTER_GATED))
		return;
	int status = status_of_trial(explanation->pin);
	int error = status & ~STATUS_NO_PRIVILEGES;
	if (error)
		explain_find(explanation, SEVERITY_PROBLEM, trap_of(error),
			     alloc_text("'%s' cannot be supervised: %s", target->path,
					filter_reason(-error)),
			     target->coverage == COVERAGE_FULL && outer == OUTER_NONE
				     ? command_preload(explanation->options)
				     : NULL);
	if (!error && !can_look())
		explain_find(explanation, SEVERITY_WARNING, "no-look",
			     alloc_text("bindto may not look into programs here (a container's "
					"filter, or Yama): what bypasses the library is pinned "
					"unseen, or fails"),
			     NULL);
	if (status & STATUS_NO_PRIVILEGES && loses_rights(target))
		explain_find(explanation, SEVERITY_WARNING, "no-new-privileges",
			     alloc_text("'%s' would not get the rights that its file gives: it is "
					"supervised by a user without CAP_SYS_ADMIN",
					target->judged_by),
			     command_as_root(explanation->options));
}
