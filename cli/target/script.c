/* SPDX-License-Identifier: MIT */
/*
 * Finds the program in the argument that a script's `#!` line gives env(1). Quotes, escapes and
 * variables in it are not understood: then the program stays unknown.
 */
#include "target/script.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"

#define BLANKS " \t"

static bool has_value(const char *option)
{
	static const char *const names[] = {"-u", "-C", "--unset", "--chdir"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(option, names[i]) == 0)
			return true;
	return false;
}

/* Cuts off the next word that env -S would split off. Returns NULL if it cannot tell. */
static char *next_word(const char **rest)
{
	const char *word = *rest + strspn(*rest, BLANKS);
	size_t length = strcspn(word, BLANKS);

	if (length == 0 || strcspn(word, "'\"\\$") < length)
		return NULL;
	*rest = word + length;
	return alloc_text("%.*s", (int)length, word);
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
