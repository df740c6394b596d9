/* SPDX-License-Identifier: MIT */
/*
 * Reads the command line by the rows of option_table.c. Nothing is done before all of it is read.
 */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"

/* Options that exclude each other. What --list excludes follows from enum about. */
static const struct {
	char one, other;
	const char *reason;
} contradictions[] = {
	{'4', '6', "together they leave no family"},
	{'l', LETTER_EXPLAIN, "they are two questions"},
};

static bool is_row_given(const struct options *options, const struct option_row *row)
{
	for (size_t i = 0; i < options->given_count; i++)
		if (options->given[i].row == row)
			return true;
	return false;
}

static bool is_given(const struct options *options, int letter)
{
	return is_row_given(options, option_by_letter(letter));
}

static bool is_about(const struct options *options, enum about about)
{
	for (size_t i = 0; i < options->given_count; i++)
		if (options->given[i].row->about == about)
			return true;
	return false;
}

static void print_help(void)
{
	puts("Usage: bindto [OPTIONS] [--] PROGRAM [ARG]...\n"
	     "       bindto --list\n"
	     "Run PROGRAM with every socket pinned to a local address, an interface or a port range.\n"
	     "\n"
	     "Give -a, -i, -p, or an option from --mark to --rate. You can combine them.\n"
	     "\n"
	     "Options:");
	option_print_all();
	puts("\n"
	     "A socket that cannot be pinned fails. This host's own services stay reachable.\n"
	     "Exit status: 125 when bindto fails, 126 when PROGRAM cannot be run, 127 when it is\n"
	     "not found, else PROGRAM's own.");
}

__attribute__((noreturn)) static void exit_printed(void)
{
	diag_flush();
	exit(EXIT_SUCCESS);
}

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
 * getopt_long(3) sets optopt to the letter of a short option; for a long option that exists to the
 * number that it would return, else to 0.
 */
__attribute__((noreturn)) static void die_unknown(const char *word, bool lacks_argument)
{
	bool is_long = is_long_option(word);
	const char *meant = NULL;

	if (is_long && lacks_argument) {
		diag_error("cannot use '%s': it needs a value", word);
	} else if (lacks_argument) {
		diag_error("cannot use '-%c': it needs a value", optopt);
	} else if (is_long && optopt) {
		diag_error("cannot use '%s': it takes no value", word);
	} else if (is_long && option_is_abbreviation(word + 2)) {
		diag_error("cannot use '%s': it is ambiguous", word);
	} else if (is_long) {
		diag_error("cannot use '%s': there is no such option", word);
		meant = option_nearest(word + 2);
	} else if (optopt == '=' && word[1] != '=') {
		die_equals(word);
	} else {
		diag_error("cannot use '-%c': there is no such option", optopt);
	}
	die_usage(meant);
}

static void note(struct options *options, const struct option_row *row, const char *value,
		 size_t first_word)
{
	options->given = alloc_grow(options->given, options->given_count, sizeof(*options->given));
	options->given[options->given_count++] = (struct given){
		.row = row, .value = value, .word = first_word, .end = (size_t)optind};
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

static void read_all(int argc, char **argv, struct options *options)
{
	AUTO_FREE char *letters = alloc_array(2 * option_count + 3, 1);
	AUTO_FREE struct option *names = alloc_array(option_count + 1, sizeof(*names));
	int returned;

	describe(letters, names);
	/* getopt_long(3) moves optind on only after the last letter of a word like -vs. */
	for (size_t word = 1; (returned = getopt_long(argc, argv, letters, names, NULL)) != -1;
	     word = (size_t)optind) {
		if (returned == '?' || returned == ':')
			die_unknown(argv[word], returned == ':');
		const struct option_row *row = row_of(returned);
		note(options, row, optarg, word);
		if (row->read)
			row->read(options, optarg);
	}
	options->words = argv;
	options->program = argv + optind;
}

/* Returns the option as the user wrote it first, "-l" or "--list". Returns buffer. */
static const char *as_given(const struct options *options, const struct option_row *row,
			    char buffer[OPTION_TEXT_SIZE])
{
	const struct given *given = options->given;

	while (given->row != row)
		given++;
	if (!is_long_option(options->words[given->word]))
		return option_text(row, buffer);
	(void)snprintf(buffer, OPTION_TEXT_SIZE, "--%s", row->name);
	return buffer;
}

static void check_repeats(const struct options *options)
{
	char text[OPTION_TEXT_SIZE];

	for (size_t i = 0; i < option_count; i++) {
		size_t times = 0;

		for (size_t j = 0; j < options->given_count; j++)
			times += options->given[j].row == &option_rows[i];
		if (option_rows[i].repeat == REPEAT_NO && times > 1)
			die("cannot use '%s' more than once: it takes one value",
			    as_given(options, &option_rows[i], text));
	}
}

/* Why --list does not take options of this kind; NULL if it takes them. */
static const char *not_with_list(enum about about)
{
	switch (about) {
	case ABOUT_CHOICE:
		return "it lists all there is";
	case ABOUT_PIN:
	case ABOUT_SOCKET:
		return "it pins nothing";
	case ABOUT_RUN:
		return "it runs no program";
	case ABOUT_TASK:
	case ABOUT_FORM:
	case ABOUT_BINDTO:
		return NULL;
	}
	return NULL;
}

__attribute__((noreturn)) static void die_contradicting(const struct options *options,
							const struct option_row *one,
							const struct option_row *other,
							const char *reason)
{
	char one_text[OPTION_TEXT_SIZE], other_text[OPTION_TEXT_SIZE];

	die("cannot use '%s' with '%s': %s", as_given(options, one, one_text),
	    as_given(options, other, other_text), reason);
}

static void check_contradictions(const struct options *options)
{
	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		char one = contradictions[i].one, other = contradictions[i].other;

		if (is_given(options, one) && is_given(options, other))
			die_contradicting(options, option_by_letter(one), option_by_letter(other),
					  contradictions[i].reason);
	}
	/* By the table's order, so that the message does not depend on the order of the words. */
	for (size_t i = 0; i < option_count && is_given(options, 'l'); i++) {
		const struct option_row *row = &option_rows[i];
		const char *reason = not_with_list(row->about);

		if (reason && is_row_given(options, row))
			die_contradicting(options, option_by_letter('l'), row, reason);
	}
}

/* Chooses the supervisor if an option needs it: the library alone cannot carry out --dns. */
static void choose_engine(struct options *options)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (!row->not_by_library || !is_row_given(options, row))
			continue;
		if (options->engine == ENGINE_PRELOAD) {
			diag_error("cannot use '--%s' with '--engine preload': %s", row->name,
				   row->not_by_library);
			diag_hint("leave out '--engine preload': the supervisor does it");
			exit(STATUS_FAILED);
		}
		options->engine = ENGINE_SUPERVISE;
	}
}

/* Only reports have a form: what the program prints is not bindto's. */
static void check_form(const struct options *options)
{
	for (size_t i = 0; i < options->given_count && options->task == TASK_RUN; i++)
		if (options->given[i].row->about == ABOUT_FORM)
			die("cannot use '--%s': only --list and --explain have it",
			    options->given[i].row->name);
}

static void check_complete(const struct options *options)
{
	if (options->task == TASK_LIST) {
		if (options->program[0])
			die("cannot use '%s' with '--list': it runs no program",
			    options->program[0]);
		return;
	}
	if (!is_given(options, 'a') && !is_given(options, 'i') && !is_given(options, 'p') &&
	    !is_about(options, ABOUT_SOCKET)) {
		diag_error("cannot pin: give -a, -i, -p, or an option from --mark to --rate");
		diag_hint("bindto --list shows what you can pin to");
		exit(STATUS_FAILED);
	}
	if (!options->program[0]) {
		diag_error("cannot run: no program is given");
		die_usage(NULL);
	}
}

void options_parse(int argc, char **argv, struct options *ret_options)
{
	struct options options = {
		/* No option can be given more often than there are words. */
		.addresses = alloc_array((size_t)argc, sizeof(*options.addresses)),
		.excluded = alloc_array((size_t)argc, sizeof(*options.excluded)),
		.only = alloc_array((size_t)argc, sizeof(*options.only)),
		.dns = alloc_array((size_t)argc, sizeof(*options.dns)),
	};

	read_all(argc, argv, &options);
	if (is_given(&options, 'h')) {
		print_help();
		exit_printed();
	}
	if (is_given(&options, 'V')) {
		puts("bindto " BINDTO_VERSION);
		exit_printed();
	}
	check_repeats(&options);
	check_contradictions(&options);
	choose_engine(&options);
	check_form(&options);
	check_complete(&options);
	*ret_options = options;
}

void options_free(struct options *options)
{
	free(options->addresses);
	free(options->excluded);
	free(options->only);
	free(options->dns);
	free(options->given);
}
