/* SPDX-License-Identifier: MIT */
/* Which program runs a script: what follows `#!`, and for env(1) what env will run. */
#ifndef BINDTO_SCRIPT_H
#define BINDTO_SCRIPT_H

#include <stddef.h>

/* What the kernel reads of a file before it decides (BINPRM_BUF_SIZE, 256 since Linux 5.1). */
enum { SCRIPT_HEAD_SIZE = 256 };

enum script_kind {
	SCRIPT_BINARY, /* neither ELF nor text: for a handler of binfmt_misc, or for nobody */
	SCRIPT_SHELL,  /* no `#!` that names a program: execvp(3) gives it to /bin/sh */
	SCRIPT_NAMED,  /* `#!INTERPRETER [ARGUMENT]` */
};

/*
 * Judges the first length bytes of a file that is not ELF. For SCRIPT_NAMED, *ret_interpreter and
 * *ret_argument (NULL: none) are allocated, else they are NULL.
 */
enum script_kind script_judge(const char *head, size_t length, char **ret_interpreter,
			      char **ret_argument);

/*
 * The program that `env ARGUMENT SCRIPT` runs, to be freed; NULL if it runs none, or if this
 * is not understood.
 */
char *script_env_program(const char *argument);

#endif
