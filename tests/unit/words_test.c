/* SPDX-License-Identifier: MIT */
/* How a line is split into words. */
#include "base/words.h"

#include <string.h>

#include "check.h"

/* The words of line, with '|' behind each; or the reason why it has none. */
static const char *split(const char *line)
{
	static char text[200];
	char **words = NULL;
	const char *reason = words_split(line, &words);

	text[0] = '\0';
	for (size_t i = 0; words && words[i]; i++)
		strcat(strcat(text, words[i]), "|");
	words_free(words);
	return reason ? reason : text;
}

#define CHECK_SPLIT(line, expected) CHECK(strcmp(split(line), expected) == 0)

int main(void)
{
	CHECK_SPLIT("", "");
	CHECK_SPLIT(" \t ", "");
	CHECK_SPLIT("# comment", "");
	CHECK_SPLIT(" a\tb  c ", "a|b|c|");
	CHECK_SPLIT("a #b", "a|");
	CHECK_SPLIT("a#b", "a#b|");
	CHECK_SPLIT("a \\#b '#c'", "a|#b|#c|");
	CHECK_SPLIT("'' \"\"", "||");
	CHECK_SPLIT("'a b'\"c d\"e", "a bc de|");
	CHECK_SPLIT("a\\ b \\\\", "a b|\\|");
	CHECK_SPLIT("'\\\"'", "\\\"|");
	CHECK_SPLIT("\"\\\"\\\\\\$\\`'\"", "\"\\$`'|");
	CHECK_SPLIT("\"\\n $HOME\"", "\\n $HOME|");
	CHECK_SPLIT("* ~ $x `y` ;&", "*|~|$x|`y`|;&|");
	CHECK_SPLIT("a 'b", "a quote is not closed");
	CHECK_SPLIT("\"a\\\"", "a quote is not closed");
	CHECK_SPLIT("\"", "a quote is not closed");
	CHECK_SPLIT("a\\", "nothing follows the backslash at its end");
	return 0;
}
