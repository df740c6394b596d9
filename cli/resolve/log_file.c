/* SPDX-License-Identifier: MIT */
/*
 * Opened once before anything is started, since nobody could be told later. The path is absolute
 * and without links from here on, for programs that change directory, and for a place in /tmp.
 */
#include "resolve/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "socket/event.h"

/* Only the user is to read where the user goes. */
static void make(const char *name)
{
	struct stat file;
	AUTO_CLOSE int fd =
		open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);

	if (fd < 0 || fstat(fd, &file) < 0)
		die("cannot log to '%s': %s", name, strerror(errno));
	if (!S_ISREG(file.st_mode))
		die("cannot log to '%s': it is no regular file", name);
}

char *log_file_prepare(const char *name)
{
	make(name);
	AUTO_FREE char *path = realpath(name, NULL);
	if (!path)
		die("cannot log to '%s': %s", name, strerror(errno));
	AUTO_CLOSE int fd = event_log_open(path);
	if (fd < 0)
		die("cannot log to '%s': %s", name, strerror(-fd));
	return alloc_path_word(path);
}
