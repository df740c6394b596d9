/* SPDX-License-Identifier: MIT */
/*
 * Reads the options, resolves them to a pin, finds the program and starts it. Everything that can
 * fail is tried before the program starts. A program that cannot be pinned is not run, because the
 * user relies on the pin.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/inherited.h"
#include "option_hint.h"
#include "options.h"
#include "pin/codec.h"
#include "pin/pin.h"
#include "pin/pool.h"
#include "preload/library.h"
#include "preload/start.h"
#include "report/desktop.h"
#include "report/explain.h"
#include "report/list.h"
#include "resolve/log_file.h"
#include "resolve/resolve.h"
#include "socket/outer.h"
#include "supervise/start.h"
#include "target/target.h"

static void find_target(const struct options *options, struct target *ret_target)
{
	const char *name = options->program[0];
	int result = target_find(name, ret_target);

	if (result == 0)
		return;
	diag_error("cannot run '%s': %s", name, strerror(-result));
	(void)option_hint_value(options);
	if (options->task != TASK_RUN)
		exit(STATUS_FAILED);
	exit(result == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUNNABLE);
}

__attribute__((noreturn)) static void die_uncovered(const struct target *target, enum engine engine)
{
	const char *reason = coverage_reason(target->coverage);

	if (strcmp(target->path, target->judged_by) == 0)
		diag_error("cannot pin '%s': %s", target->path, reason);
	else
		diag_error("cannot pin '%s', run by '%s': %s", target->path, target->judged_by,
			   reason);
	if (engine == ENGINE_PRELOAD)
		diag_hint("leave out '--engine preload': the supervisor pins it");
	exit(STATUS_FAILED);
}

__attribute__((noreturn)) static void die_supervised(enum outer outer)
{
	diag_error("cannot use '--engine preload': another bindto supervises this process, and "
		   "would answer the library's calls by its own pin");
	if (outer == OUTER_GATED)
		diag_hint("leave out '--engine preload': the default engine works inside that of "
			  "another bindto");
	exit(STATUS_FAILED);
}

/*
 * Does the library work without a supervisor that this bindto starts? It does under --engine
 * preload. It also does inside another bindto with the default engine: that one's filter lets the
 * library's calls pass the gate, and its supervisor answers the calls that the library does not
 * see.
 */
static bool is_alone(enum engine engine)
{
	enum outer outer = engine == ENGINE_SUPERVISE ? OUTER_NONE : outer_ask();

	if (engine == ENGINE_PRELOAD && outer != OUTER_NONE)
		die_supervised(outer);
	return engine == ENGINE_PRELOAD || outer == OUTER_GATED;
}

static void judge(struct target *target, bool is_alone, enum engine engine)
{
	target_judge(target, library_covers_32());
	if (is_alone && target->coverage != COVERAGE_FULL)
		die_uncovered(target, engine);
}

__attribute__((noreturn)) static void die_uninstalled(const char *reasons)
{
	diag_error("cannot install '" LIBRARY_NAME "': %s", reasons);
	diag_hint("TMPDIR may name another directory");
	exit(STATUS_FAILED);
}

/*
 * Puts the library on disk and returns the value for LD_PRELOAD, to be freed. If that fails, the
 * supervisor can pin alone: then *engine changes to ENGINE_SUPERVISE and the result is NULL. If
 * there is no supervisor (is_alone), it exits with a message.
 */
static char *have_library(enum engine *engine, bool is_alone, char **ret_reasons)
{
	char *library = *engine == ENGINE_SUPERVISE ? NULL : library_install(ret_reasons);

	if (!library && is_alone)
		die_uninstalled(*ret_reasons);
	if (!library)
		*engine = ENGINE_SUPERVISE;
	return library;
}

static void say_engine(const struct target *target, enum engine engine, const char *reasons)
{
	const char *name = engine_names[engine];

	if (engine == ENGINE_SUPERVISE && reasons)
		diag_error("pinning '%s' with engine '%s': cannot install '" LIBRARY_NAME "': %s",
			   target->path, name, reasons);
	else
		diag_error("pinning '%s' with engine '%s'", target->path, name);
}

/*
 * `bindto --take-over PIN PATH ARGUMENT...`: the library of a pinned program runs this instead of
 * PATH when it does not get into PATH, or when the environment for PATH would not load it
 * (preload/call_exec.c). PIN is the encoded pin of that program: there is nothing to resolve.
 */
static int take_over(char **words)
{
	CLEANUP(resolve_release) struct pin pin = {0};
	CLEANUP(target_free) struct target target = {.path = alloc_copy(words[1])};
	size_t rooms = pin_decode_rooms(words[0]);
	struct prefix *exempt = alloc_array(rooms, sizeof(*exempt));
	struct member *members = alloc_array(rooms, sizeof(*members));

	pin.exempt = exempt;
	pin.members = members;
	if (pin_decode(words[0], &pin, exempt, members, rooms) < 0)
		die("cannot take over '%s': '%s' is no pin of this version", words[1], words[0]);
	enum engine engine = ENGINE_PRELOAD;
	AUTO_FREE char *reasons = NULL;
	judge(&target, is_alone(engine), engine);
	AUTO_FREE char *library = have_library(&engine, true, &reasons);
	return preload_start(library, &pin, &target, words + 2);
}

int main(int argc, char **argv)
{
	CLEANUP(options_free) struct options options = {0};
	CLEANUP(resolve_release) struct pin pin = {0};
	CLEANUP(target_free) struct target target = {0};
	AUTO_FREE char *log = NULL;
	AUTO_FREE char *reasons = NULL;

	if (argc > 3 && strcmp(argv[1], "--take-over") == 0)
		return take_over(argv + 2);
	options_parse(argc, argv, &options);
	if (options.task == TASK_LIST)
		return report_list(&options);
	/* A wrong option is told before a program that is not found, but --wait may take long. */
	bool waits = options.waits && options.task == TASK_RUN;
	if (waits)
		find_target(&options, &target);
	resolve_pin(&options, &pin);
	if (!waits)
		find_target(&options, &target);
	enum engine engine = options.engine;
	pin.gated = engine == ENGINE_BOTH;
	bool alone = is_alone(engine);
	pin.views_alone = pin.views && alone;
	if (alone || options.task == TASK_EXPLAIN)
		judge(&target, alone, engine);
	if (options.task == TASK_EXPLAIN && target_lacks_interpreter(&target))
		die(LACKS_INTERPRETER, target.path, target.judged_by);
	if (options.task == TASK_EXPLAIN)
		return report_explain(&options, &pin, &target, engine);
	if (options.task == TASK_DESKTOP)
		return report_desktop(&options, &target);
	AUTO_FREE char *library = have_library(&engine, alone, &reasons);
	pin.gated = engine == ENGINE_BOTH;
	/* Without a library the supervisor sees every datagram, and the pin need not say so. */
	pin.inherits = library && inherited_datagrams();
	if (options.log) {
		options_place(&options, options.log);
		log = log_file_prepare(options.log);
		options_place(&options, NULL);
		pin.carried.log = (struct encoded_path){log, strlen(log)};
	}
	if (pin.carried.verbose)
		say_engine(&target, engine, reasons);
	return alone ? preload_start(library, &pin, &target, options.program)
		     : supervise_start(library, &pin, &target, options.program);
}
