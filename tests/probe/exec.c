/* SPDX-License-Identifier: MIT */
/*
 * usage: exec CALL [clear] PROGRAM ARG... — starts the program by that call, with `clear` in an
 * empty environment, and says on stderr why that failed. execl and its like need exactly two
 * arguments. A CALL that begins with `fork-` is made in the child of a vfork(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *empty[] = {NULL};

static int wait_for(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) < 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

__attribute__((noreturn)) static void fail(int error)
{
	dprintf(STDERR_FILENO, "exec: %s\n", strerror(error));
	_exit(1);
}

static int spawn(const char *call, char **program)
{
	pid_t child;
	int error;

	if (strcmp(call, "posix_spawnp") == 0)
		error = posix_spawnp(&child, program[0], NULL, NULL, program, environ);
	else
		error = posix_spawn(&child, program[0], NULL, NULL, program, environ);
	if (error != 0)
		fail(error);
	return wait_for(child);
}

/* Opens the program's directory, and names the program relative to it. */
static void exec_at(char **program)
{
	char *slash = strrchr(program[0], '/');
	const char *name = slash + 1;

	*slash = '\0';
	int directory = open(program[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
	*slash = '/';
	execveat(directory, name, program, environ, 0);
}

__attribute__((noreturn)) static void exec(const char *call, char **program)
{
	if (strcmp(call, "execve") == 0)
		execve(program[0], program, environ);
	else if (strcmp(call, "execv") == 0)
		execv(program[0], program);
	else if (strcmp(call, "execvp") == 0)
		execvp(program[0], program);
	else if (strcmp(call, "execvpe") == 0)
		execvpe(program[0], program, environ);
	else if (strcmp(call, "execl") == 0)
		execl(program[0], program[0], program[1], program[2], (char *)NULL);
	else if (strcmp(call, "execlp") == 0)
		execlp(program[0], program[0], program[1], program[2], (char *)NULL);
	else if (strcmp(call, "execle") == 0)
		execle(program[0], program[0], program[1], program[2], (char *)NULL, environ);
	else if (strcmp(call, "fexecve") == 0)
		fexecve(open(program[0], O_RDONLY | O_CLOEXEC), program, environ);
	else if (strcmp(call, "execveat") == 0)
		exec_at(program);
	fail(errno);
}

static int vfork_and_exec(const char *call, char **program)
{
	pid_t child = vfork();

	if (child == 0)
		exec(call, program);
	return child < 0 ? 1 : wait_for(child);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	char **program = argv + 2;
	if (strcmp(program[0], "clear") == 0) {
		environ = empty;
		program++;
	}
	if (strncmp(argv[1], "posix_spawn", 11) == 0)
		return spawn(argv[1], program);
	if (strncmp(argv[1], "fork-", 5) == 0)
		return vfork_and_exec(argv[1] + 5, program);
	exec(argv[1], program);
}
