/* SPDX-License-Identifier: MIT */
/*
 * Runs the program by execve(2). If the kernel does not know the file's format, /bin/sh runs it, as
 * execvp(3) would have it. execve is called by number, because an outer bindto's library hooks the
 * name.
 */
#include "target/run.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "preload/library.h"

static void run(const char *path, char **arguments)
{
	(void)syscall(SYS_execve, path, arguments, environ); /* if it returns, it has failed */
}

/* Runs `/bin/sh path arguments...`; returns only if that fails. */
static void run_by_shell(const char *path, char **arguments)
{
	size_t count = 0;

	while (arguments[count])
		count++;
	AUTO_FREE char **all = alloc_array(count + 2, sizeof(*all));
	all[0] = (char[]){"/bin/sh"};
	all[1] = (char *)path; /* exec does not write to it */
	for (size_t i = 1; i < count; i++)
		all[i + 1] = arguments[i];
	run(all[0], all);
}

/* Judges here, because the supervisor did not need to before. The process ends with the memory. */
static bool is_for_shell(const struct target *target)
{
	struct target judged = {.path = target->path};

	target_judge(&judged, library_covers_32());
	return judged.by_shell;
}

/* Names the interpreter if that is what is missing, and not the script that needs it. */
static void say_missing(const struct target *target)
{
	CLEANUP(target_free) struct target judged = {.path = alloc_copy(target->path)};

	target_judge(&judged, library_covers_32());
	if (target_lacks_interpreter(&judged))
		diag_error(LACKS_INTERPRETER, target->path, judged.judged_by);
	else
		diag_error("cannot run '%s': %s", target->path, strerror(ENOENT));
}

int run_target(const struct target *target, char **arguments)
{
	run(target->path, arguments);
	int failure = errno;
	if (failure == ENOEXEC && is_for_shell(target)) {
		run_by_shell(target->path, arguments);
		failure = errno;
	}
	if (failure == ENOENT) {
		say_missing(target);
		return STATUS_NOT_FOUND;
	}
	diag_error("cannot run '%s': %s", target->path, strerror(failure));
	return STATUS_NOT_RUNNABLE;
}
