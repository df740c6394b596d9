/* SPDX-License-Identifier: MIT */
/*
 * Cleanup attributes for memory, descriptors, files and capability sets, and functions that hand
 * one over. Other headers hold no code. This one does, because the attribute needs a function per
 * type.
 */
#ifndef BINDTO_CLEANUP_H
#define BINDTO_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* nothing is lost: whoever writes closes and checks by itself */
}

static inline void cleanup_file(FILE **file)
{
	if (*file)
		(void)fclose(*file); /* it was opened for reading */
}

static inline void cleanup_caps(cap_t *caps)
{
	if (*caps)
		(void)cap_free(*caps);
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
