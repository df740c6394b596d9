/* SPDX-License-Identifier: MIT */
/* One file or link in an open directory of ours: verified, and if it is not right, replaced. */
#ifndef BINDTO_INSTALL_H
#define BINDTO_INSTALL_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	const unsigned char *start;
	size_t size;
};

/* Is name a regular file of ours (or root's, if by_root) with this very content? */
bool install_has_file(int directory, const char *name, const struct bytes *content, bool by_root);
bool install_has_link(int directory, const char *name, const char *target);

/*
 * Written under another name and renamed, so that a concurrent launch sees all of it or nothing.
 * Returns 0 or -errno.
 */
int install_file(int directory, const char *name, const struct bytes *content);
int install_link(int directory, const char *name, const char *target);

#endif
