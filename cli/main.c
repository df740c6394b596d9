/* SPDX-License-Identifier: MIT */
/*
 * bindto: run a program with every socket pinned. Everything is checked before anything is started:
 * what cannot be pinned is not run, for the user relies on it.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "diag.h"
#include "engine_preload.h"
#include "engine_supervise.h"
#include "library.h"
#include "options.h"
#include "pin.h"
#include "resolve.h"
#include "target.h"

static void find_target(const char *name, struct target *ret_target)
{
	int result = target_find(name, ret_target);

	if (result == 0)
		return;
	diag_error("cannot run '%s': %s", name, strerror(-result));
	exit(result == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUNNABLE);
}

__attribute__((noreturn)) static void die_uncovered(const struct target *target)
{
	const char *reason = coverage_reason(target->coverage);

	if (strcmp(target->path, target->judged_by) == 0)
		die("cannot pin '%s': %s", target->path, reason);
	die("cannot pin '%s', run by '%s': %s", target->path, target->judged_by, reason);
}

/* A program that no library can reach is supervised; the other way would be to refuse it. */
static bool is_to_supervise(const struct options *options, struct target *target)
{
	if (options->strict || options->dns_count > 0 || options->engine == ENGINE_SUPERVISE)
		return true;
	target_judge(target, library_covers_32());
	if (target->coverage == COVERAGE_FULL)
		return false;
	if (options->engine == ENGINE_PRELOAD)
		die_uncovered(target);
	if (options->verbose)
		diag_error("supervising '%s': %s", target->path, coverage_reason(target->coverage));
	return true;
}

int main(int argc, char **argv)
{
	CLEANUP(options_free) struct options options = {0};
	CLEANUP(resolve_release) struct pin pin = {0};
	CLEANUP(target_free) struct target target = {0};

	options_parse(argc, argv, &options);
	resolve_pin(&options, &pin);
	find_target(options.program[0], &target);
	if (is_to_supervise(&options, &target))
		return engine_supervise(&pin, &target, options.program);
	return engine_preload(&pin, &target, options.program);
}
