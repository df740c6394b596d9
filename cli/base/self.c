/* SPDX-License-Identifier: MIT */
/*
 * Asks the kernel for the path of bindto's own file. The kernel's answer holds no symbolic links,
 * so realpath(3), which asks about each directory, is not needed. The answer is at most a page long
 * (proc_pid_readlink() in fs/proc/base.c).
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

	/* No file has this name if it was deleted, or if it lies in another root directory. */
	if (length <= 0 || path[0] != '/' || access(path, F_OK) < 0)
		return NULL;
	return steal_memory(&path);
}
