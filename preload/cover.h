/* SPDX-License-Identifier: MIT */
/*
 * Judges whether the library gets into a program that is about to be run. It says COVER_SURE only
 * if it is sure. In front of all others goes bindto, which looks more closely. All of this
 * allocates nothing, changes no state, leaves errno alone, and may run in the child of vfork(2) or
 * in a signal handler.
 */
#ifndef BINDTO_COVER_H
#define BINDTO_COVER_H

#include "config.h"

enum cover {
	COVER_NOTHING, /* no file that exec could run: the call fails as the kernel has it */
	COVER_SURE,
	COVER_UNSURE,
};

/*
 * Judges the file at path, and whether envp passes the library on. envp may be NULL, which Linux
 * takes for an empty environment.
 */
enum cover cover(const struct origin *origin, const char *path, char *const envp[]);

/* Do both paths lead to the same file? */
bool cover_is_same(const char *one, const char *other);

/* Writes to buffer the path that execvp(3) finds for file by this process's PATH. 0 or -ENOENT. */
int cover_search(const char *file, char *buffer, size_t size);

#endif
