/* SPDX-License-Identifier: MIT */
/*
 * exec(3) and posix_spawn(3) under a pin. If the library gets into the program, each function makes
 * the call itself; else it runs bindto in front of the program. Parameters, results and errno are
 * those of the call. EACCES is also the errno if bindto is needed and gone.
 */
#ifndef BINDTO_CALL_EXEC_H
#define BINDTO_CALL_EXEC_H

#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum { ARGUMENTS_FEW = 64 };

/* A list of arguments for exec: on the stack if it is short, else in a mapping. */
struct arguments {
	char *few[ARGUMENTS_FEW];
	char **all;
	size_t size; /* of the mapping; 0 if there is none */
};

/* Makes room for count arguments and a NULL. Returns 0 or -ENOMEM. Both leave errno alone. */
int arguments_make(struct arguments *arguments, size_t count);
void arguments_free(struct arguments *arguments);

/* Takes the arguments of execl(3): first, then rest up to its NULL. Returns 0 or -ENOMEM. */
int arguments_take(struct arguments *arguments, const char *first, va_list *rest);

/* Does the library get into the shell of system(3) and popen(3), with the environment of now? */
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
