/* SPDX-License-Identifier: MIT */
/* The program to run: where it is, and whether the preload library gets into it. */
#ifndef BINDTO_TARGET_H
#define BINDTO_TARGET_H

#include <stdbool.h>

enum coverage {
	COVERAGE_FULL,
	COVERAGE_STATIC,
	COVERAGE_GO,
	COVERAGE_OTHER_LIBC,
	COVERAGE_OTHER_ABI,
	COVERAGE_SET_USER,
	COVERAGE_SET_GROUP,
	COVERAGE_FILE_CAPS,
	COVERAGE_UNREADABLE,
	COVERAGE_DAMAGED,
	COVERAGE_UNKNOWN_FORMAT,
	COVERAGE_TOO_DEEP,
};

struct target {
	char *path;      /* what execve(2) gets */
	bool by_shell;   /* the kernel does not know the format: /bin/sh runs it, as in execvp(3) */
	char *judged_by; /* the file that coverage is about: path, or the interpreter of a script */
	enum coverage coverage;
};

/*
 * Finds name as execvp(3) does and sets path. Returns 0, -ENOENT if there is no such program, or
 * another -errno if there is one that cannot be run.
 */
int target_find(const char *name, struct target *ret_target);

/*
 * Judges the file that exec of the target would run in the end: the program, or the interpreter of
 * a script. Sets by_shell, judged_by and coverage. covers_32 says that bindto holds a library for
 * 32-bit programs. A missing file counts as COVERAGE_FULL, because exec will fail.
 */
void target_judge(struct target *target, bool covers_32);

/* Is it a script whose interpreter is missing? judged_by names the interpreter then. */
bool target_lacks_interpreter(const struct target *target);
#define LACKS_INTERPRETER "cannot run '%s': its interpreter '%s' is missing"

/* Returns one word for the kind of program. Scripts rely on these words. */
const char *coverage_kind(enum coverage coverage);

/* Returns the reason as a sentence about "it", for all but COVERAGE_FULL. */
const char *coverage_reason(enum coverage coverage);

void target_free(struct target *target);

#endif
