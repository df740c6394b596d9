/* SPDX-License-Identifier: MIT */
/*
 * The hooks of exec(3), posix_spawn(3), system(3) and popen(3). Within libc these functions call
 * each other without passing a hook, so each name needs its own.
 */
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call_exec.h"
#include "calls.h"
#include "config.h"
#include "hook.h"
#include "real.h"

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	if (!config_takes_over())
		return real_execve()(path, argv, envp);
	return call_execve(path, argv, envp);
}

EXPORT int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	if (!config_takes_over())
		return real_execvpe()(file, argv, envp);
	return call_execvpe(file, argv, envp);
}

EXPORT int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	if (!config_takes_over())
		return real_fexecve()(fd, argv, envp);
	return call_fexecve(fd, argv, envp);
}

/* Called by number, because glibc has the name only since 2.34. */
EXPORT int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
	if (!config_takes_over())
		return (int)syscall(SYS_execveat, fd, path, argv, envp, flags);
	return call_execveat(fd, path, argv, envp, flags);
}

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	if (!config_takes_over())
		return real_posix_spawn()(pid, path, actions, attributes, argv, envp);
	return call_posix_spawn(pid, path, actions, attributes, argv, envp);
}

EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	if (!config_takes_over())
		return real_posix_spawnp()(pid, file, actions, attributes, argv, envp);
	return call_posix_spawnp(pid, file, actions, attributes, argv, envp);
}

/* The shell gets the program's environment. If that lacks the library, it would run unpinned. */
EXPORT int system(const char *command)
{
	if (!command || !config_takes_over() || call_covers_shell())
		return real_system()(command);
	return call_failed(-EACCES);
}

EXPORT FILE *popen(const char *command, const char *mode)
{
	if (!config_takes_over() || call_covers_shell())
		return real_popen()(command, mode);
	errno = EACCES;
	return NULL;
}

/* Runs a program with list and frees it. failure is what arguments_take() returned. */
static int exec_list(struct arguments *list, int failure, const char *path, char *const envp[],
		     int (*exec)(const char *, char *const[], char *const[]))
{
	if (failure < 0)
		return call_failed(failure);
	int r = exec(path, list->all, envp);
	arguments_free(list);
	return r;
}

EXPORT int execl(const char *path, const char *argument, ...)
{
	struct arguments list;
	va_list rest;
	va_start(rest, argument);
	int r = arguments_take(&list, argument, &rest);
	va_end(rest);
	return exec_list(&list, r, path, environ, execve);
}

EXPORT int execlp(const char *file, const char *argument, ...)
{
	struct arguments list;
	va_list rest;
	va_start(rest, argument);
	int r = arguments_take(&list, argument, &rest);
	va_end(rest);
	return exec_list(&list, r, file, environ, execvpe);
}

EXPORT int execle(const char *path, const char *argument, ...)
{
	struct arguments list;
	va_list rest;
	va_start(rest, argument);
	int r = arguments_take(&list, argument, &rest);
	char *const *envp = va_arg(rest, char *const *);
	va_end(rest);
	return exec_list(&list, r, path, envp, execve);
}
