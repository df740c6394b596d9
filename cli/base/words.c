/* SPDX-License-Identifier: MIT */
/*
 * Reads a line from left to right, and takes one word after the other apart. A user can copy options
 * from a command line to a file, quotes included, because the rules are those of sh(1). The same
 * rules read the Exec lines of desktop entries, whose quoting is a part of them.
 */
#include "base/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"

static const char BLANKS[] = " \t";

/*
 * Copies what the quote at text holds to *end, which it moves on. Returns the place of the closing
 * quote, or NULL if there is none.
 */
static const char *copy_quoted(const char *text, char **end)
{
	char quote = *text++;

	for (; *text && *text != quote; text++) {
		if (quote == '"' && *text == '\\' && text[1] && strchr("\"\\$`", text[1]))
			text++;
		*(*end)++ = *text;
	}
	return *text ? text : NULL;
}

/* Copies the word at *text, without its quotes, and moves *text behind it. */
static const char *copy_word(const char **text, char *word)
{
	const char *c = *text;

	for (; *c && !strchr(BLANKS, *c); c++) {
		if (*c == '\'' || *c == '"') {
			c = copy_quoted(c, &word);
			if (!c)
				return "a quote is not closed";
			continue;
		}
		if (*c == '\\' && !*++c)
			return "nothing follows the backslash at its end";
		*word++ = *c;
	}
	*word = '\0';
	*text = c;
	return NULL;
}

void words_add(char ***words, size_t *count, char *word)
{
	*words = alloc_grow(*words, *count, sizeof(**words));
	(*words)[(*count)++] = word;
}

const char *words_split(const char *line, char ***ret_words)
{
	AUTO_FREE char *word = alloc_array(strlen(line) + 1, 1);
	const char *reason = NULL;
	char **words = NULL;
	size_t count = 0;

	line += strspn(line, BLANKS);
	while (!reason && *line && *line != '#') {
		reason = copy_word(&line, word);
		if (!reason)
			words_add(&words, &count, alloc_copy(word));
		line += strspn(line, BLANKS);
	}
	words_add(&words, &count, NULL);
	if (reason)
		words_free(words);
	else
		*ret_words = words;
	return reason;
}

void words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}
