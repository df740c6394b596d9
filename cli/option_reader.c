/* SPDX-License-Identifier: MIT */
/*
 * Reads options with getopt_long(3), by the rows of option_table.c: the command line as a whole, and
 * each line of a profile for itself. It only takes words apart; options.c judges what they say.
 */
#include "option_reader.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "option_hint.h"

/* Hints at the option that the user may have meant, or if meant is NULL at --help, and exits. */
__attribute__((noreturn)) static void die_usage(const char *meant)
{
	if (meant)
		diag_hint("did you mean '--%s'?", meant);
	else
		diag_hint("bindto --help lists the options");
	exit(STATUS_FAILED);
}

static bool is_long_option(const char *word)
{
	return strncmp(word, "--", 2) == 0;
}

/* word is like -s=messages: letters, and a value after '='. */
__attribute__((noreturn)) static void die_equals(const char *word)
{
	const char *equals = strchr(word, '=');
	const struct option_row *row = option_by_letter(equals[-1]);

	if (!row->argument) {
		diag_error("cannot use '%s': '-%c' takes no value", word, row->letter);
		die_usage(NULL);
	}
	diag_error("cannot use '%s': only a long option takes its value after '='", word);
	diag_hint("did you mean '--%s%s'?", row->name, equals);
	exit(STATUS_FAILED);
}

/*
 * word is like --x: no option has that name, or several begin so. A letter is most likely an option
 * with a dash too many, or in a profile with none.
 */
__attribute__((noreturn)) static void die_no_name(const char *word)
{
	const char *name = word + 2;
	const struct option_row *row = option_lettered(name);
	AUTO_FREE char *candidates = option_candidates(name);

	if (candidates)
		diag_error("cannot use '%s': it is ambiguous", word);
	else
		diag_error("cannot use '%s': there is no such option", word);
	if (!row && !candidates)
		die_usage(option_nearest(name));
	if (row)
		diag_hint("did you mean '-%c', or '--%s'?", row->letter, row->name);
	else
		diag_hint("did you mean one of %s?", candidates);
	exit(STATUS_FAILED);
}

/*
 * getopt_long(3) sets optopt to the letter of a short option; for a long option that exists to the
 * number that it would return, else to 0.
 */
__attribute__((noreturn)) static void die_unknown(const char *word, bool lacks_argument)
{
	bool is_long = is_long_option(word);

	if (is_long && lacks_argument) {
		diag_error("cannot use '%s': it needs a value", word);
	} else if (lacks_argument) {
		diag_error("cannot use '-%c': it needs a value", optopt);
	} else if (is_long && optopt) {
		diag_error("cannot use '%s': it takes no value", word);
	} else if (is_long) {
		die_no_name(word);
	} else if (optopt == '=' && word[1] != '=') {
		die_equals(word);
	} else {
		diag_error("cannot use '-%c': there is no such option", optopt);
	}
	die_usage(NULL);
}

/* getopt_long(3) reads -interface as -i nterface, and the message would be about 'nterface'. */
static void check_dashes(const char *word)
{
	size_t length = strcspn(word + 1, "=");

	for (size_t i = 0; i < option_count; i++) {
		const char *name = option_rows[i].name;

		if (strlen(name) != length || strncmp(word + 1, name, length) != 0)
			continue;
		diag_error("cannot use '%s': a long option has two dashes", word);
		diag_hint("did you mean '-%s'?", word);
		exit(STATUS_FAILED);
	}
}

/* getopt_long(3) returns this plus the index of the row for a long option. */
enum { LONG_OPTION = 256 };

static const struct option_row *row_of(int returned)
{
	return returned < LONG_OPTION ? option_by_letter(returned)
				      : &option_rows[returned - LONG_OPTION];
}

/*
 * Makes what getopt_long(3) takes from the table; an empty one ends names. The leading '+' ends the
 * options at the program, so that `bindto -i lo echo -i x` passes -i to echo. The ':' makes
 * getopt_long(3) return ':' for a missing value.
 */
static void describe(char letters[], struct option names[])
{
	char *end = letters;

	*end++ = '+';
	*end++ = ':';
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		int argument = !row->argument                     ? no_argument
			       : option_argument_is_optional(row) ? optional_argument
								  : required_argument;

		if (row->letter >= ' ')
			*end++ = row->letter;
		if (row->letter >= ' ' && argument == required_argument)
			*end++ = ':';
		names[i] = (struct option){row->name, argument, NULL, LONG_OPTION + (int)i};
	}
	*end = '\0';
}

size_t option_read_words(int count, char **words, struct given **given, size_t *given_count)
{
	AUTO_FREE char *letters = alloc_array(2 * option_count + 3, 1);
	AUTO_FREE struct option *names = alloc_array(option_count + 1, sizeof(*names));
	int returned;

	describe(letters, names);
	optind = 0; /* getopt(3) begins anew */
	/* getopt_long(3) moves optind on only after the last letter of a word like -vs. */
	for (size_t word = 1; (returned = getopt_long(count, words, letters, names, NULL)) != -1;
	     word = (size_t)optind) {
		check_dashes(words[word]);
		if (returned == '?' || returned == ':')
			die_unknown(words[word], returned == ':');
		*given = alloc_grow(*given, *given_count, sizeof(**given));
		(*given)[(*given_count)++] = (struct given){
			.row = row_of(returned),
			.value = optarg,
			.word = word,
			.end = (size_t)optind,
		};
	}
	return (size_t)optind;
}

/* Has an option of this kind a meaning for the programs that are run with the profile? */
static bool is_for_profiles(const struct option_row *row)
{
	switch (row->about) {
	case ABOUT_CHOICE:
	case ABOUT_PIN:
	case ABOUT_SOCKET:
		return true;
	case ABOUT_RUN:
		return row->letter != 'c';
	case ABOUT_TASK:
	case ABOUT_FORM:
	case ABOUT_BINDTO:
		return false;
	}
	return false;
}

/* more is a word behind an option and its value. */
__attribute__((noreturn)) static void die_more(const struct given *given, const char *more)
{
	const struct option_row *row = given->row;
	bool has_equals = given->value && strcmp(given->value, "=") == 0;

	if (*more == '-')
		die("cannot use '%s': a line has one option", more);
	if (!row->argument)
		die("cannot use '%s': '--%s' takes no value, and a line has one option", more,
		    row->name);
	diag_error("cannot use '%s': a line has one option", more);
	AUTO_FREE char *meant = option_nearest_value(row, more);
	if (option_argument_is_optional(row) && !given->value && meant)
		diag_hint("did you mean '%s=%s'?", row->name, meant);
	else if (has_equals)
		diag_hint("did you mean '%s %s'?", row->name, more);
	else
		diag_hint("quote a value that has blanks");
	exit(STATUS_FAILED);
}

void option_read_line(const struct profile_line *line, struct given *ret_given)
{
	AUTO_FREE struct given *given = NULL;
	size_t count = 0, words = 0;

	while (line->words[words])
		words++;
	/* getopt_long(3) passes over the first word. */
	AUTO_FREE char **behind = alloc_array(words + 2, sizeof(*behind));
	memcpy(behind + 1, line->words, words * sizeof(*behind));
	(void)option_read_words((int)words + 1, behind, &given, &count);
	if (count == 0)
		die("cannot use '%s': it is no option", line->words[0]);
	if (!is_for_profiles(given->row))
		die("cannot use '--%s' in a profile: it belongs on the command line",
		    given->row->name);
	const char *more = behind[count > 1 ? given[1].word : given->end];
	if (more)
		die_more(given, more);
	given->line = line->number;
	*ret_given = *given;
}
