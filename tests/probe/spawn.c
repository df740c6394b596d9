/* SPDX-License-Identifier: MIT */
/*
 * usage: spawn fork|vfork|posix_spawn PROGRAM ARG... — starts the program by that call, and exits
 * with the program's status. After a fork, the child makes a socket first.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(char *const program[])
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	close(fd);
	execvp(program[0], program);
	_exit(127);
}

int main(int argc, char **argv)
{
	extern char **environ;
	pid_t child = -1;
	int status;

	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "posix_spawn") == 0) {
		if (posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, environ) != 0)
			return 1;
	} else if (strcmp(argv[1], "vfork") == 0) {
		child = vfork();
		if (child == 0)
			run(argv + 2);
	} else {
		child = fork();
		if (child == 0)
			run(argv + 2);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
