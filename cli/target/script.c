/* SPDX-License-Identifier: MIT */
/*
 * `#!` lines, cut as load_script in fs/binfmt_script.c cuts them: blanks are spaces and tabs, the
 * interpreter ends at the first, all that follows is one argument without its blanks at the ends.
 */
#include "target/script.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"

#define BLANKS " \t"

static char *copy_span(const char *text, size_t length)
{
	return alloc_text("%.*s", (int)length, text);
}

/* line has neither `#!` nor newline. */
static enum script_kind cut_line(const char *line, bool is_whole, char **ret_interpreter,
				 char **ret_argument)
{
	const char *start = line + strspn(line, BLANKS);
	size_t length = strcspn(start, BLANKS);
	const char *argument = start + length + strspn(start + length, BLANKS);
	size_t argument_length = strlen(argument);

	/* ENOEXEC for an interpreter that the kernel's buffer cuts off; an argument is used cut. */
	if (length == 0 || (!is_whole && start[length] == '\0'))
		return SCRIPT_SHELL;
	while (argument_length > 0 && strchr(BLANKS, argument[argument_length - 1]))
		argument_length--;
	*ret_interpreter = copy_span(start, length);
	if (argument_length > 0)
		*ret_argument = copy_span(argument, argument_length);
	return SCRIPT_NAMED;
}

enum script_kind script_judge(const char *head, size_t length, char **ret_interpreter,
			      char **ret_argument)
{
	const char *newline = memchr(head, '\n', length);
	size_t line_length = newline ? (size_t)(newline - head) : length;

	*ret_interpreter = *ret_argument = NULL;
	if (length < 2 || memcmp(head, "#!", 2) != 0)
		/* A shell takes a file with NUL in its first line for a binary, too. */
		return memchr(head, '\0', line_length) ? SCRIPT_BINARY : SCRIPT_SHELL;
	AUTO_FREE char *line = copy_span(head + 2, line_length - 2);
	return cut_line(line, newline || length < SCRIPT_HEAD_SIZE, ret_interpreter, ret_argument);
}

static bool has_value(const char *option)
{
	static const char *const names[] = {"-u", "-C", "--unset", "--chdir"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(option, names[i]) == 0)
			return true;
	return false;
}

/* What env -S splits off: a word up to a blank; quotes and escapes are given up on. */
static char *next_word(const char **rest)
{
	const char *word = *rest + strspn(*rest, BLANKS);
	size_t length = strcspn(word, BLANKS);

	if (length == 0 || strcspn(word, "'\"\\$") < length)
		return NULL;
	*rest = word + length;
	return copy_span(word, length);
}

static char *split_string_program(const char *rest)
{
	bool is_skipped = false, has_ended = false;

	for (;;) {
		AUTO_FREE char *word = next_word(&rest);

		if (!word)
			return NULL;
		bool is_option = !has_ended && word[0] == '-';
		bool is_value = is_skipped;
		is_skipped = is_option && !is_value && has_value(word);
		has_ended = has_ended || strcmp(word, "--") == 0;
		if (!is_option && !is_value && !strchr(word, '='))
			return steal_memory(&word);
	}
}

char *script_env_program(const char *argument)
{
	static const char *const splitters[] = {"-S", "-vS", "--split-string="};

	for (size_t i = 0; i < sizeof(splitters) / sizeof(splitters[0]); i++)
		if (strncmp(argument, splitters[i], strlen(splitters[i])) == 0)
			return split_string_program(argument + strlen(splitters[i]));
	if (argument[0] == '-' || strchr(argument, '='))
		return NULL;
	return alloc_copy(argument);
}
