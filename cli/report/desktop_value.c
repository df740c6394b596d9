/* SPDX-License-Identifier: MIT */
/* Reads and writes the values of a menu entry. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/words.h"
#include "report/desktop.h"

/* The letters that stand behind a backslash for these characters. */
static const char LETTERS[] = "sntr\\", CHARACTERS[] = " \n\t\r\\";

/* A word that has one of these is quoted. */
static const char RESERVED[] = " \t\n\r\"'\\><~|&;$*?#()`";

char *desktop_unescape(const char *value)
{
	char *text = alloc_array(strlen(value) + 1, 1), *end = text;

	for (; *value; value++) {
		const char *letter = *value == '\\' && value[1] ? strchr(LETTERS, value[1]) : NULL;
		const char *from = letter ? &CHARACTERS[letter - LETTERS] : value;

		*end++ = *from;
		value += letter != NULL;
	}
	return text;
}

/* Entries are UTF-8, of which control characters are no part that a menu could show. */
static void check_text(const char *raw)
{
	json_t *text = json_string(raw);

	if (!text)
		die("cannot write '%s' into a menu entry: it is not UTF-8", raw);
	json_decref(text);
	for (const char *c = raw; *c; c++)
		if (((unsigned char)*c < ' ' && !strchr(CHARACTERS, *c)) || *c == '\177')
			die("cannot write '%s' into a menu entry: it has a control character", raw);
}

void desktop_escape(char **value, const char *raw)
{
	check_text(raw);
	for (const char *c = raw; *c; c++) {
		const char *escaped = *c == ' ' ? NULL : strchr(CHARACTERS, *c);

		if (escaped)
			alloc_append(value, "\\%c", LETTERS[escaped - CHARACTERS]);
		else
			alloc_append(value, "%c", *c);
	}
}

void desktop_quote(char **exec, const char *word, bool has_codes)
{
	bool is_quoted = !*word || strpbrk(word, RESERVED);
	AUTO_FREE char *text = alloc_copy(is_quoted ? "\"" : "");

	for (const char *c = word; *c; c++)
		alloc_append(&text, "%s%c%s", strchr("\"\\$`", *c) ? "\\" : "", *c,
			     *c == '%' && !has_codes ? "%" : "");
	alloc_append(&text, "%s", is_quoted ? "\"" : "");
	alloc_append(exec, "%s", *exec ? " " : "");
	desktop_escape(exec, text);
}

const char *desktop_value(const char *line, const char *key, bool is_localized)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0)
		return NULL;
	line += length;
	if (is_localized && *line == '[' && strchr(line, ']'))
		line = strchr(line, ']') + 1;
	line += strspn(line, " \t");
	return *line == '=' ? line + 1 + strspn(line + 1, " \t") : NULL;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool desktop_names(const char *word, const char *program)
{
	CLEANUP(target_free) struct target found = {0};
	struct stat one, other;

	if (strcmp(base_name(word), base_name(program)) != 0)
		return false;
	return target_find(word, &found) == 0 && stat(found.path, &one) == 0 &&
	       stat(program, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

const char *desktop_words(const char *exec, const char *program, char ***ret_words,
			  size_t *ret_place)
{
	AUTO_FREE char *text = desktop_unescape(exec);
	const char *reason = words_split(text, ret_words);

	if (reason)
		return reason;
	*ret_place = 0;
	while ((*ret_words)[*ret_place] && !desktop_names((*ret_words)[*ret_place], program))
		(*ret_place)++;
	return NULL;
}
