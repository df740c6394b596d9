/* SPDX-License-Identifier: MIT */
/* The program to run: where it is, and whether a preload library gets into it. */
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
	char *path;      /* for execve(2) */
	bool by_shell;   /* no format that the kernel knows: /bin/sh runs it, as execvp(3) has it */
	char *judged_by; /* the file that coverage is about: path itself, or its interpreter */
	enum coverage coverage;
};

/*
 * Finds name as execvp(3) does; only path is set. Returns 0, -ENOENT if there is no such
 * program, or another -errno if there is one that cannot be run.
 */
int target_find(const char *name, struct target *ret_target);

/*
 * Judges what exec of the target would run in the end: the program, or for a script its
 * interpreter. covers_32: a library for the machine's 32-bit ABI is at hand. What does not exist
 * is not judged, for exec will fail.
 */
void target_judge(struct target *target, bool covers_32);

/* What kind of program that is, in a word that stays for scripts. */
const char *coverage_kind(enum coverage coverage);

/* Why, as a sentence about `it`. Not for COVERAGE_FULL. */
const char *coverage_reason(enum coverage coverage);

void target_free(struct target *target);

#endif
