/* SPDX-License-Identifier: MIT */
/*
 * Cuts the text of a profile into lines of words. It takes no byte that the user cannot see in an
 * editor, but for the marks that editors of other systems leave: a byte order mark, and carriage
 * returns at the ends of lines.
 */
#include "profile.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/words.h"

static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";

static bool is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == '\177';
}

/* Why the bytes are no line of a profile, or NULL. */
static const char *check_bytes(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (is_control(line[i]))
			return line[i] ? "it has a control character" : "it has a NUL byte";
	return NULL;
}

/* Options are written as on the command line, and need no dashes: "interface wlan0". */
static void add_dashes(char **word)
{
	if (**word == '-')
		return;
	AUTO_FREE char *plain = *word;
	*word = alloc_text("--%s", plain);
}

/* Sets *ret_words, to be freed, and returns NULL; or returns why the bytes are no line. */
static const char *split(const char *line, size_t length, char ***ret_words)
{
	const char *reason = check_bytes(line, length);
	AUTO_FREE char *text = alloc_text("%.*s", (int)length, line);

	return reason ? reason : words_split(text, ret_words);
}

static void parse_line(const char *line, size_t length, size_t number, struct profile *profile)
{
	char **words;
	const char *reason = split(line, length, &words);

	if (reason)
		die("cannot read line %zu of '%s': %s", number, profile->path, reason);
	if (!words[0]) {
		words_free(words);
		return;
	}
	add_dashes(&words[0]);
	profile->lines = alloc_grow(profile->lines, profile->line_count, sizeof(*profile->lines));
	profile->lines[profile->line_count++] = (struct profile_line){number, words};
}

void profile_parse(const char *text, size_t size, struct profile *profile)
{
	const char *end = text + size;
	size_t mark = strlen(BYTE_ORDER_MARK);

	if (size >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0)
		text += mark;
	for (size_t number = 1; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((newline ? newline : end) - text);
		bool has_return = length > 0 && text[length - 1] == '\r';

		parse_line(text, length - has_return, number, profile);
		text += length + (newline != NULL);
	}
}

void profile_free(struct profile *profile)
{
	for (size_t i = 0; i < profile->line_count; i++)
		words_free(profile->lines[i].words);
	free(profile->lines);
	free(profile->path);
}
