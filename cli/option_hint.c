/* SPDX-License-Identifier: MIT */
/*
 * Compares what the user wrote with the rows of option_table.c. The command line is wrong already
 * when somebody asks here, so that a wrong guess costs nothing.
 */
#include "option_hint.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/nearest.h"
#include "command.h"

const char *option_nearest(const char *name)
{
	AUTO_FREE char *word = alloc_text("%.*s", (int)strcspn(name, "="), name);
	struct nearest nearest = nearest_to(word);

	for (size_t i = 0; i < option_count; i++)
		nearest_try(&nearest, option_rows[i].name);
	return nearest.best;
}

char *option_candidates(const char *name)
{
	size_t length = strcspn(name, "=");
	char *list = NULL;

	for (size_t i = 0; i < option_count && length > 0; i++)
		if (strncmp(option_rows[i].name, name, length) == 0)
			alloc_append(&list, "%s--%s", list ? ", " : "", option_rows[i].name);
	return list;
}

const struct option_row *option_lettered(const char *name)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_rows[i].letter > ' ' && option_rows[i].letter == *name &&
		    strcspn(name, "=") == 1)
			return &option_rows[i];
	return NULL;
}

char *option_nearest_value(const struct option_row *row, const char *word)
{
	const char *completion = row->completion;
	struct nearest nearest = nearest_to(word);

	if (!completion || isupper((unsigned char)*completion))
		return NULL;
	if (isdigit((unsigned char)*completion)) {
		bool is_number =
			isdigit((unsigned char)*word) && word[strspn(word, "0123456789.")] == '\0';
		return is_number ? alloc_copy(word) : NULL;
	}
	AUTO_FREE char *words = alloc_copy(completion);
	char *rest = words;
	for (const char *candidate; (candidate = strsep(&rest, " "));)
		nearest_try(&nearest, candidate);
	return nearest.best ? alloc_copy(nearest.best) : NULL;
}

bool option_hint_value(const struct options *options)
{
	const char *word = options->program[0];
	const struct given *last = NULL;

	for (size_t i = 0; i < options->given_count; i++)
		if (options->given[i].line == 0)
			last = &options->given[i];
	if (!word || !last || last->value || !option_argument_is_optional(last->row) ||
	    options->words + last->end != options->program)
		return false;
	AUTO_FREE char *meant = option_nearest_value(last->row, word);
	if (meant)
		diag_hint("did you mean '--%s=%s'? Without '=', '%s' is the program",
			  last->row->name, meant, word);
	return meant;
}

static bool is_option(const char *word, const struct option_row *row)
{
	if (strncmp(word, "--", 2) == 0)
		return strcmp(word + 2, row->name) == 0;
	return word[0] == '-' && word[1] == row->letter && word[2] == '\0';
}

bool option_hint_behind(const struct options *options)
{
	if (options->program[0] && options->program[0][0] == '-') {
		diag_hint("bindto's options stand before '--'");
		return true;
	}
	for (char **word = options->program; *word; word++)
		for (const char *letter = "aip"; *letter; letter++) {
			if (!is_option(*word, option_by_letter(*letter)))
				continue;
			diag_hint("bindto's options stand before '%s'; '%s' stands behind it",
				  options->program[0], *word);
			return true;
		}
	return false;
}

bool option_hint_each(const char *option, const char *value)
{
	AUTO_FREE char *copy = alloc_copy(value);
	AUTO_FREE char *text = NULL;
	char *rest = copy;

	if (!strchr(value, ','))
		return false;
	for (const char *part; (part = strsep(&rest, ","));) {
		part += strspn(part, " ");
		if (!*part)
			continue;
		command_quote(&text, option);
		command_quote(&text, part);
	}
	if (text)
		diag_hint("give the option once for each: %s", text);
	return text;
}
