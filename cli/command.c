/* SPDX-License-Identifier: MIT */
/*
 * Writes command lines like the one that started bindto. An option that stays is copied as the user
 * wrote it, so that no option can be forgotten here. If letters share a word (-vs) and one of them
 * is left out, the others are written one by one. A profile stays as --config; if that would not do,
 * its options are written in its place.
 */
#include "command.h"

#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"

enum drop {
	DROP_QUESTION, /* leave out --explain and its like, and the options that shape a report */
	DROP_SERVERS,  /* the same, and --dns */
	DROP_ENGINE,   /* the same, and every option that chooses or needs an engine */
};

struct change {
	enum drop drop;
	bool spells_profile; /* the profile's options stand in place of --config */
};

static const char PLAIN[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+-";

void command_quote(char **text, const char *word)
{
	const char *blank = *text ? " " : "";

	if (*word && word[strspn(word, PLAIN)] == '\0') {
		alloc_append(text, "%s%s", blank, word);
		return;
	}
	alloc_append(text, "%s'", blank);
	for (const char *c = word; *c; c++)
		alloc_append(text, "%s%c", *c == '\'' ? "'\\'" : "", *c);
	alloc_append(text, "'");
}

static bool is_dropped(const struct option_row *row, const struct change *change)
{
	if (row->about == ABOUT_TASK || row->about == ABOUT_FORM)
		return true;
	if (row->letter == 'c')
		return change->spells_profile;
	if (change->drop >= DROP_SERVERS && row->letter == LETTER_DNS)
		return true;
	return change->drop == DROP_ENGINE && (row->not_by_library || row->letter == LETTER_ENGINE);
}

/* Appends an option of the profile. */
static void append_spelled(char **text, const struct given *given)
{
	bool is_joined = given->value && option_argument_is_optional(given->row);
	AUTO_FREE char *word = alloc_text("--%s%s%s", given->row->name, is_joined ? "=" : "",
					  is_joined ? given->value : "");

	command_quote(text, word);
	if (given->value && !is_joined)
		command_quote(text, given->value);
}

/* Appends count options that begin in the same word: one with its value, or several as in -vs. */
static void append_word(char **text, const struct options *options, size_t first, size_t count,
			const struct change *change)
{
	const struct given *given = options->given + first;
	char letter[OPTION_TEXT_SIZE];
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		kept += !is_dropped(given[i].row, change);
	if (kept == count)
		for (size_t word = given->word; word < given[count - 1].end; word++)
			command_quote(text, options->words[word]);
	for (size_t i = 0; i < count && kept < count; i++) {
		if (is_dropped(given[i].row, change))
			continue;
		command_quote(text, option_text(given[i].row, letter));
		if (given[i].value)
			command_quote(text, given[i].value);
	}
}

static void append_options(char **text, const struct options *options, const struct change *change)
{
	const struct given *given = options->given, *end = given + options->given_count;
	size_t count;

	for (; given < end && given->line == 0; given += count) {
		count = 1;
		while (given + count < end && given[count].line == 0 &&
		       given[count].word == given->word)
			count++;
		append_word(text, options, (size_t)(given - options->given), count, change);
	}
	for (; given < end && change->spells_profile; given++)
		if (!is_dropped(given->row, change))
			append_spelled(text, given);
	command_quote(text, "--");
}

static void append_program(char **text, char **program)
{
	while (*program)
		command_quote(text, *program++);
}

/* Does the profile hold an option that is left out, and that the added one does not displace? */
static bool drops_from_profile(const struct options *options, enum drop drop)
{
	const struct change change = {.drop = drop};

	for (size_t i = 0; i < options->given_count && drop == DROP_ENGINE; i++)
		if (options->given[i].line && is_dropped(options->given[i].row, &change))
			return true;
	return false;
}

static char *changed(const struct options *options, const char *added, enum drop drop)
{
	const struct change change = {drop, drops_from_profile(options, drop)};
	char *text = NULL;

	command_quote(&text, options->words[0]);
	alloc_append(&text, " %s", added);
	append_options(&text, options, &change);
	append_program(&text, options->program);
	return text;
}

char *command_with(const struct options *options, const char *added)
{
	return changed(options, added, DROP_QUESTION);
}

char *command_server(const struct options *options)
{
	return changed(options, "--dns SERVER", DROP_SERVERS);
}

char *command_preload(const struct options *options)
{
	return changed(options, "--engine preload", DROP_ENGINE);
}

/* Is the program `sudo PROGRAM`, without options for sudo itself? */
static bool is_sudo(char **program)
{
	const char *slash = strrchr(program[0], '/');

	return strcmp(slash ? slash + 1 : program[0], "sudo") == 0 && program[1] &&
	       program[1][0] != '-';
}

char *command_as_root(const struct options *options)
{
	/* Root looks for profiles elsewhere, and takes none that belongs to a user. */
	const struct change change = {DROP_QUESTION, true};
	char **program = options->program;
	char *text = alloc_copy("sudo");

	command_quote(&text, options->words[0]);
	append_options(&text, options, &change);
	append_program(&text, is_sudo(program) ? program + 1 : program);
	return text;
}

char *command_options(const struct options *options)
{
	const struct change change = {DROP_QUESTION, false};
	char *text = NULL;

	append_options(&text, options, &change);
	return text;
}
