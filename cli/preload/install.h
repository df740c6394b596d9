/* SPDX-License-Identifier: MIT */
/*
 * Checks and replaces one file or link in an open directory. "Ours" means owned by the effective
 * user.
 */
#ifndef BINDTO_INSTALL_H
#define BINDTO_INSTALL_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	const unsigned char *start;
	size_t size;
};

/* Is name a regular file of ours (or of root if by_root) that holds exactly content? */
bool install_has_file(int directory, const char *name, const struct bytes *content, bool by_root);
bool install_has_link(int directory, const char *name, const char *target);

/*
 * Both write under another name and rename, so that another launch sees the whole or nothing.
 * Return 0 or -errno.
 */
int install_file(int directory, const char *name, const struct bytes *content);
int install_link(int directory, const char *name, const char *target);

#endif
