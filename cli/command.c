/* SPDX-License-Identifier: MIT */
/*
 * Writes command lines like the one that started bindto. An option that stays is copied as the user
 * wrote it, so that no option can be forgotten here. If letters share a word (-vs) and one of them
 * is left out, the others are written one by one.
 */
#include "command.h"

#include <string.h>

#include "base/alloc.h"

enum drop {
	DROP_QUESTION, /* leave out --explain and the options that shape its answer */
	DROP_SERVERS,  /* the same, and --dns */
	DROP_ENGINE,   /* the same, and every option that chooses or needs an engine */
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

static bool is_dropped(const struct option_row *row, enum drop drop)
{
	if (row->letter == LETTER_EXPLAIN || row->about == ABOUT_FORM)
		return true;
	if (drop >= DROP_SERVERS && row->letter == LETTER_DNS)
		return true;
	return drop == DROP_ENGINE && (row->not_by_library || row->letter == LETTER_ENGINE);
}

/* Appends count options that begin in the same word: one with its value, or several as in -vs. */
static void append_word(char **text, const struct options *options, size_t first, size_t count,
			enum drop drop)
{
	const struct given *given = options->given + first;
	char letter[OPTION_TEXT_SIZE];
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		kept += !is_dropped(given[i].row, drop);
	if (kept == count)
		for (size_t word = given->word; word < given[count - 1].end; word++)
			command_quote(text, options->words[word]);
	for (size_t i = 0; i < count && kept < count; i++) {
		if (is_dropped(given[i].row, drop))
			continue;
		command_quote(text, option_text(given[i].row, letter));
		if (given[i].value)
			command_quote(text, given[i].value);
	}
}

static void append_options(char **text, const struct options *options, enum drop drop)
{
	size_t count;

	for (size_t i = 0; i < options->given_count; i += count) {
		count = 1;
		while (i + count < options->given_count &&
		       options->given[i + count].word == options->given[i].word)
			count++;
		append_word(text, options, i, count, drop);
	}
	command_quote(text, "--");
}

static void append_program(char **text, char **program)
{
	while (*program)
		command_quote(text, *program++);
}

static char *changed(const struct options *options, const char *added, enum drop drop)
{
	char *text = NULL;

	command_quote(&text, options->words[0]);
	alloc_append(&text, " %s", added);
	append_options(&text, options, drop);
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
	char **program = options->program;
	char *text = alloc_copy("sudo");

	command_quote(&text, options->words[0]);
	append_options(&text, options, DROP_QUESTION);
	append_program(&text, is_sudo(program) ? program + 1 : program);
	return text;
}
