/* SPDX-License-Identifier: MIT */
/* Looks for the shell among the ancestors: the first of them that is in another process group. */
#include "supervise/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"

/* Returns 0 if it is in another PID namespace, and -1 if it cannot be read. */
static pid_t parent_of(pid_t pid)
{
	AUTO_FREE char *path = alloc_text("/proc/%d/stat", (int)pid);
	CLEANUP(cleanup_file) FILE *file = fopen(path, "re");
	char line[512];
	const char *end = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;

	/* Behind the name, which may have parentheses itself: ") S 123", with the parent's id. */
	return end && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : -1;
}

bool job_has_shell(void)
{
	pid_t ancestor = getppid();

	while (ancestor > 0 && getpgid(ancestor) == getpgrp())
		ancestor = parent_of(ancestor);
	return ancestor < 0 || (ancestor > 0 && getsid(ancestor) == getsid(0));
}
