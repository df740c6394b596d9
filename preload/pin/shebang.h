/* SPDX-License-Identifier: MIT */
/*
 * What runs a file that is not ELF, by the first bytes of the file. The launcher judges the program
 * by it, and the library judges what the program runs next.
 */
#ifndef BINDTO_SHEBANG_H
#define BINDTO_SHEBANG_H

#include <stddef.h>

/* What the kernel reads of a file to find out its format (BINPRM_BUF_SIZE, 256 since Linux 5.1). */
enum { SHEBANG_HEAD_SIZE = 256 };

/* An interpreter may be a script, too. After so many, exec fails with ELOOP (exec_binprm()). */
enum { SHEBANG_DEPTH_MAX = 5 };

enum shebang_kind {
	SHEBANG_BINARY, /* not text: for a handler of binfmt_misc, or for nobody */
	SHEBANG_NONE,   /* text without `#!`: exec fails with ENOEXEC, and execvp(3) runs /bin/sh */
	SHEBANG_BROKEN, /* a `#!` that names no interpreter, or cuts it off: the same */
	SHEBANG_NAMED,  /* `#!INTERPRETER [ARGUMENT]` */
};

/* Where the words are in the head. An argument of length 0 is none. */
struct shebang {
	size_t interpreter, interpreter_length;
	size_t argument, argument_length;
};

/*
 * Reads the first length bytes of a file, at most SHEBANG_HEAD_SIZE. Sets *ret_words if the kind is
 * SHEBANG_NAMED. In a head of SHEBANG_HEAD_SIZE bytes there is room for a NUL after the
 * interpreter.
 */
enum shebang_kind shebang_read(const char *head, size_t length, struct shebang *ret_words);

#endif
