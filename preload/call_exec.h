/* SPDX-License-Identifier: MIT */
/*
 * exec(3) and posix_spawn(3) under a pin: the calls themselves, or bindto in front of what the
 * library does not get into. Parameters, results and errno values are those of the calls; EACCES
 * also if bindto is needed and gone.
 */
#ifndef BINDTO_CALL_EXEC_H
#define BINDTO_CALL_EXEC_H

#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum { ARGUMENTS_FEW = 64 };

/* A list for exec, on the stack if it is short. */
struct arguments {
	char *few[ARGUMENTS_FEW];
	char **all;
	size_t size; /* of a mapping, or 0 */
};

/* Room for count and the NULL. Returns 0 or -ENOMEM. errno is kept by both. */
int arguments_make(struct arguments *arguments, size_t count);
void arguments_free(struct arguments *arguments);

/* The arguments of execl(3): first, and rest up to its NULL. Returns 0 or -ENOMEM. */
int arguments_take(struct arguments *arguments, const char *first, va_list *rest);

/* Does the library get into the shell of system(3) and popen(3), as the environment is now? */
bool call_covers_shell(void);

int call_execve(const char *path, char *const argv[], char *const envp[]);
int call_execvpe(const char *file, char *const argv[], char *const envp[]);
int call_fexecve(int fd, char *const argv[], char *const envp[]);
int call_execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags);
int call_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);
int call_posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);

#endif
