/* SPDX-License-Identifier: MIT */
/*
 * Reads `#!` lines as load_script() in fs/binfmt_script.c does. Blanks are spaces and tabs, and a
 * NUL ends the line. The interpreter ends at the first blank. Everything after it is one argument,
 * without the blanks at its ends.
 */
#include "pin/shebang.h"

#include <stdbool.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t skip_blanks(const char *head, size_t at, size_t end)
{
	while (at < end && is_blank(head[at]))
		at++;
	return at;
}

/* Returns the end of the line that begins at start: its newline, its NUL, or length. */
static size_t end_of_line(const char *head, size_t start, size_t length)
{
	while (start < length && head[start] != '\n' && head[start] != '\0')
		start++;
	return start;
}

static enum shebang_kind read_words(const char *head, size_t length, struct shebang *ret_words)
{
	size_t end = end_of_line(head, 2, length);
	size_t start = skip_blanks(head, 2, end), at = start;

	while (at < end && !is_blank(head[at]))
		at++;
	if (at == start || at >= SHEBANG_HEAD_SIZE) /* an interpreter that is cut off is ENOEXEC */
		return SHEBANG_BROKEN;
	size_t argument = skip_blanks(head, at, end);
	while (end > argument && is_blank(head[end - 1]))
		end--;
	*ret_words = (struct shebang){
		.interpreter = start,
		.interpreter_length = at - start,
		.argument = argument,
		.argument_length = end - argument,
	};
	return SHEBANG_NAMED;
}

enum shebang_kind shebang_read(const char *head, size_t length, struct shebang *ret_words)
{
	if (length >= 2 && memcmp(head, "#!", 2) == 0)
		return read_words(head, length, ret_words);
	/* A shell, too, takes a file with a NUL in its first line for a binary. */
	size_t end = end_of_line(head, 0, length);
	return end < length && head[end] == '\0' ? SHEBANG_BINARY : SHEBANG_NONE;
}
