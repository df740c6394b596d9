/* SPDX-License-Identifier: MIT */
/*
 * Cleanup attributes for memory, descriptors and capability sets, and the way to hand one over.
 * The functions are here, against the rule that headers hold no code, for the attribute needs one
 * per type and each is a line.
 */
#ifndef BINDTO_CLEANUP_H
#define BINDTO_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* read-only, or closed and checked where data was written */
}

static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

static inline void *steal_memory(void *pointer)
{
	void *stolen = *(void **)pointer;

	*(void **)pointer = NULL;
	return stolen;
}

#define CLEANUP(function) __attribute__((cleanup(function)))
#define AUTO_FREE CLEANUP(cleanup_free)
#define AUTO_CLOSE CLEANUP(cleanup_close)

#endif
