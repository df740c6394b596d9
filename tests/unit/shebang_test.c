/* SPDX-License-Identifier: MIT */
/* A `#!` line is read as load_script() in fs/binfmt_script.c reads it. */
#include "check.h"
#include "pin/shebang.h"

static enum shebang_kind kind_of(const char *head, size_t length)
{
	struct shebang words;

	return shebang_read(head, length, &words);
}

/* Is the head a script of this interpreter with this argument, "" for none? */
static bool names(const char *head, size_t length, const char *interpreter, const char *argument)
{
	struct shebang words;

	return shebang_read(head, length, &words) == SHEBANG_NAMED &&
	       words.interpreter_length == strlen(interpreter) &&
	       words.argument_length == strlen(argument) &&
	       memcmp(head + words.interpreter, interpreter, words.interpreter_length) == 0 &&
	       memcmp(head + words.argument, argument, words.argument_length) == 0;
}

#define NAMES(head, interpreter, argument) names(head, sizeof(head) - 1, interpreter, argument)
#define KIND(head) kind_of(head, sizeof(head) - 1)

static void a_line_has_an_interpreter_and_one_argument(void)
{
	CHECK(NAMES("#!/bin/sh\n", "/bin/sh", ""));
	CHECK(NAMES("#! \t/bin/sh \t\necho\n", "/bin/sh", ""));
	CHECK(NAMES("#!/bin/sh -e -u \nrest", "/bin/sh", "-e -u"));
	CHECK(NAMES("#!/usr/bin/env\tpython3", "/usr/bin/env", "python3"));
	CHECK(NAMES("#!sh", "sh", ""));
	CHECK(NAMES("#!/bin/sh\r\n", "/bin/sh\r", ""));
}

static void a_nul_ends_the_line(void)
{
	CHECK(NAMES("#!/bin/sh\0 -e\n", "/bin/sh", ""));
	CHECK(NAMES("#!/bin/sh -e\0 -u\n", "/bin/sh", "-e"));
}

static void a_line_without_an_interpreter_is_broken(void)
{
	CHECK(KIND("#!") == SHEBANG_BROKEN);
	CHECK(KIND("#! \t \n/bin/sh\n") == SHEBANG_BROKEN);
	CHECK(KIND("#!\0/bin/sh\n") == SHEBANG_BROKEN);
}

static void an_interpreter_that_is_cut_off_is_broken_and_an_argument_is_not(void)
{
	char head[SHEBANG_HEAD_SIZE];

	memset(head, 'x', sizeof(head));
	memcpy(head, "#!/", 3);
	CHECK(kind_of(head, sizeof(head)) == SHEBANG_BROKEN);
	CHECK(kind_of(head, sizeof(head) - 1) == SHEBANG_NAMED);
	head[sizeof(head) - 1] = '\n';
	CHECK(kind_of(head, sizeof(head)) == SHEBANG_NAMED);
	head[sizeof(head) - 1] = 'x';
	head[9] = ' ';
	CHECK(kind_of(head, sizeof(head)) == SHEBANG_NAMED);
}

static void other_files_are_text_or_binary_by_their_first_line(void)
{
	CHECK(KIND("") == SHEBANG_NONE);
	CHECK(KIND("#") == SHEBANG_NONE);
	CHECK(KIND("echo\n\0") == SHEBANG_NONE);
	CHECK(KIND("\0") == SHEBANG_BINARY);
	CHECK(KIND("MZ\0\n") == SHEBANG_BINARY);
}

int main(void)
{
	a_line_has_an_interpreter_and_one_argument();
	a_nul_ends_the_line();
	a_line_without_an_interpreter_is_broken();
	an_interpreter_that_is_cut_off_is_broken_and_an_argument_is_not();
	other_files_are_text_or_binary_by_their_first_line();
	return 0;
}
