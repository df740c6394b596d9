/* SPDX-License-Identifier: MIT */
/*
 * Opens the log once before the program starts, because later nobody could be told of a failure.
 * From then on it is known by its absolute path without links: the program may change directory,
 * and a link in /tmp may be replaced.
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

/* The mode is 0600: the log says where the user connects to, and others need not know. */
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
