/* SPDX-License-Identifier: MIT */
/*
 * What the kernel says holds no symbolic link: realpath(3) would ask about each directory. It makes
 * the path in one page (proc_pid_readlink() in fs/proc/base.c).
 */
#include "base/self.h"

#include <linux/limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"

char *self_path(void)
{
	AUTO_FREE char *path = alloc_array(1, PATH_MAX + 1);
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);

	/* "... (deleted)", or of another root directory, is the name of no file. */
	if (length <= 0 || path[0] != '/' || access(path, F_OK) < 0)
		return NULL;
	return steal_memory(&path);
}
