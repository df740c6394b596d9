/* SPDX-License-Identifier: MIT */
/* Would exec of a file change whose rights it runs with? The loader then ignores LD_PRELOAD. */
#ifndef BINDTO_PRIVILEGE_H
#define BINDTO_PRIVILEGE_H

#include <sys/stat.h>

enum privilege {
	PRIVILEGE_SAME,
	PRIVILEGE_USER,  /* runs as another user than the real one */
	PRIVILEGE_GROUP, /* runs as another group */
	PRIVILEGE_CAPS,  /* gets capabilities of its file */
};

/* file is the status of what path names. Returns a privilege, or -errno. */
int privilege_of(const char *path, const struct stat *file);

#endif
