/* SPDX-License-Identifier: MIT */
/*
 * Does the library get into what a program is about to exec? Said only if it is sure; bindto,
 * which is put in front of all else, looks closer. All of this allocates nothing, changes no state
 * and may run in the child of vfork(2) or in a signal handler; errno is kept.
 */
#ifndef BINDTO_COVER_H
#define BINDTO_COVER_H

#include "config.h"

enum cover {
	COVER_NOTHING, /* no file that exec would take: it fails, as the kernel has it */
	COVER_SURE,
	COVER_UNSURE,
};

/* Judges the file at path and what envp hands on; NULL is an empty environment (Linux). */
enum cover cover(const struct origin *origin, const char *path, char *const envp[]);

/* Do both paths lead to one file? */
bool cover_is_same(const char *one, const char *other);

/*
 * Where execvp(3) finds file by the PATH of the process, written to buffer. Returns 0 or -ENOENT.
 */
int cover_search(const char *file, char *buffer, size_t size);

#endif
