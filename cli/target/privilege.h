/* SPDX-License-Identifier: MIT */
/* Does exec of a file change whose rights it runs with? The loader then ignores LD_PRELOAD. */
#ifndef BINDTO_PRIVILEGE_H
#define BINDTO_PRIVILEGE_H

#include <sys/stat.h>

enum privilege {
	PRIVILEGE_SAME,
	PRIVILEGE_USER,  /* it runs as another user than the real one */
	PRIVILEGE_GROUP, /* it runs as another group */
	PRIVILEGE_CAPS,  /* it gets capabilities from its file */
};

/* file is what stat(2) says of path. Returns an enum privilege, or -errno. */
int privilege_of(const char *path, const struct stat *file);

#endif
