/* SPDX-License-Identifier: MIT */
/*
 * The words of the command line are copied rather than made again from what they meant, so that no
 * option can be forgotten here.
 */
#include "command.h"

#include <string.h>

#include "alloc.h"

enum drop {
	DROP_QUESTION, /* --explain and the form of its answer */
	DROP_SERVERS,  /* and --dns */
	DROP_ENGINE,   /* and all that asks for the supervising engine */
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

/* As getopt_long(3) takes names: cut short, with or without "=VALUE". */
static bool is_option(const char *word, const char *name)
{
	size_t length = strcspn(word, "=");

	return length > 2 && strncmp(word, name, length) == 0;
}

/* Returns how many words the option at index takes that is to be left out, or 0. */
static size_t dropped(const struct options *options, size_t index, enum drop drop)
{
	const char *word = options->words[index];

	if (is_option(word, "--explain") || is_option(word, "--json") || is_option(word, "--color"))
		return 1;
	if (drop >= DROP_SERVERS && is_option(word, "--dns"))
		return strchr(word, '=') ? 1 : 2;
	if (drop != DROP_ENGINE)
		return 0;
	if (strcmp(word, "-s") == 0 || is_option(word, "--strict"))
		return 1;
	if (is_option(word, "--engine"))
		return strchr(word, '=') ? 1 : 2;
	return 0;
}

static void append_options(char **text, const struct options *options, enum drop drop)
{
	bool has_end = false;

	for (size_t i = 1; i < options->word_count;) {
		size_t count = dropped(options, i, drop);

		i += count;
		if (count)
			continue;
		has_end = strcmp(options->words[i], "--") == 0;
		command_quote(text, options->words[i++]);
	}
	if (!has_end)
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

/* `sudo PROGRAM` without options of sudo's own. */
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
