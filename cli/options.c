/* SPDX-License-Identifier: MIT */
/*
 * Reads the command line, and the profile that it names, by the rows of option_table.c. Nothing is
 * done before all of it is read.
 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "option_hint.h"

/* Options that exclude each other. What --list excludes follows from enum about. */
static const struct {
	char one, other;
	const char *reason;
} contradictions[] = {
	{'4', '6', "together they leave no family"},
	{'l', LETTER_EXPLAIN, "they are two questions"},
	{'l', LETTER_DESKTOP, "it runs no program"},
	{LETTER_EXPLAIN, LETTER_DESKTOP, "they are two questions"},
};

/* Is the option on the command line? */
static bool is_ordered(const struct options *options, const struct option_row *row)
{
	for (size_t i = 0; i < options->given_count; i++)
		if (options->given[i].row == row && options->given[i].line == 0)
			return true;
	return false;
}

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

/* Returns the option as the user wrote it first, "-l" or "--list". Returns buffer. */
static const char *as_given(const struct options *options, const struct option_row *row,
			    char buffer[OPTION_TEXT_SIZE])
{
	const struct given *given = options->given;

	while (given->row != row)
		given++;
	if (given->line == 0 && strncmp(options->words[given->word], "--", 2) != 0)
		return option_text(row, buffer);
	(void)snprintf(buffer, OPTION_TEXT_SIZE, "--%s", row->name);
	return buffer;
}

static void place_given(const struct options *options, const struct given *given)
{
	diag_place(given->line ? options->profile.path : NULL, given->line);
}

void options_place(const struct options *options, const char *value)
{
	diag_place(NULL, 0);
	for (size_t i = 0; i < options->given_count; i++)
		if (value && options->given[i].value == value)
			place_given(options, &options->given[i]);
}

/* The next message is about these options: names the line of one that is from the profile. */
static void place_rows(const struct options *options, const struct option_row *one,
		       const struct option_row *other)
{
	diag_place(NULL, 0);
	for (size_t i = 0; i < options->given_count; i++) {
		const struct given *given = &options->given[i];

		if (given->line && (given->row == one || given->row == other))
			place_given(options, given);
	}
}

static void check_repeats(const struct options *options)
{
	char text[OPTION_TEXT_SIZE];

	for (size_t i = 0; i < option_count; i++) {
		size_t times = 0;

		for (size_t j = 0; j < options->given_count; j++)
			times += options->given[j].row == &option_rows[i];
		if (option_rows[i].repeat != REPEAT_NO || times < 2)
			continue;
		place_rows(options, &option_rows[i], NULL);
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

	place_rows(options, one, other);
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

__attribute__((noreturn)) static void die_by_engine(const struct options *options,
						    const struct option_row *row)
{
	const char *engine = engine_names[options->engine];

	place_rows(options, row, option_by_letter(LETTER_ENGINE));
	diag_error("cannot use '--%s' with '--engine %s': %s", row->name, engine,
		   options->engine == ENGINE_PRELOAD ? row->not_by_library
						     : "it takes the supervisor alone");
	diag_hint("leave out '--engine %s': the supervisor does it", engine);
	exit(STATUS_FAILED);
}

/* Chooses the supervisor if an option needs it: the library alone cannot carry out --dns. */
static void choose_engine(struct options *options)
{
	bool is_chosen = is_given(options, LETTER_ENGINE);

	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (!row->not_by_library || !is_row_given(options, row))
			continue;
		if (is_chosen && options->engine != ENGINE_SUPERVISE)
			die_by_engine(options, row);
		options->engine = ENGINE_SUPERVISE;
	}
}

/* Only reports have a form: what the program prints is not bindto's. */
static void check_form(const struct options *options)
{
	bool is_report = options->task == TASK_LIST || options->task == TASK_EXPLAIN;

	for (size_t i = 0; i < options->given_count && !is_report; i++) {
		if (options->given[i].row->about != ABOUT_FORM)
			continue;
		diag_error("cannot use '--%s': only --list and --explain have it",
			   options->given[i].row->name);
		(void)option_hint_value(options);
		exit(STATUS_FAILED);
	}
}

static void check_complete(const struct options *options)
{
	if (options->task == TASK_LIST && !options->program[0])
		return;
	if (options->task == TASK_LIST) {
		diag_error("cannot use '%s' with '--list': it runs no program",
			   options->program[0]);
		(void)option_hint_value(options);
		exit(STATUS_FAILED);
	}
	if (!is_given(options, 'a') && !is_given(options, 'i') && !is_given(options, 'p') &&
	    !is_about(options, ABOUT_SOCKET)) {
		diag_error("cannot pin: give -a, -i, -p, or an option from --mark to --rate");
		if (!option_hint_value(options) && !option_hint_behind(options))
			diag_hint("bindto --list shows what you can pin to");
		exit(STATUS_FAILED);
	}
	if (!options->program[0]) {
		diag_error("cannot run: no program is given");
		diag_hint("bindto --help lists the options");
		exit(STATUS_FAILED);
	}
}

/* Does the command line say something else than this option of the profile? */
static bool is_displaced(const struct options *options, const struct option_row *row)
{
	const struct option_row *engine = option_by_letter(LETTER_ENGINE);

	if (is_ordered(options, row))
		return true;
	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		const struct option_row *one = option_by_letter(contradictions[i].one);
		const struct option_row *other = option_by_letter(contradictions[i].other);

		if ((row == one && is_ordered(options, other)) ||
		    (row == other && is_ordered(options, one)))
			return true;
	}
	if (row->letter == 's')
		return is_ordered(options, engine);
	for (size_t i = 0; i < option_count && row == engine; i++)
		if (option_rows[i].not_by_library && is_ordered(options, &option_rows[i]))
			return true;
	return false;
}

static void take(struct options *options, const struct given *given)
{
	place_given(options, given);
	if (given->row->read)
		given->row->read(options, given->value);
}

static void take_line(struct options *options, const struct profile_line *line)
{
	struct given given;

	diag_place(options->profile.path, line->number);
	option_read_line(line, &given);
	if (is_displaced(options, given.row))
		return;
	options->given = alloc_grow(options->given, options->given_count, sizeof(given));
	options->given[options->given_count++] = given;
	take(options, &given);
}

/* The command line is read before, because it wins. */
static void take_profile(struct options *options)
{
	const struct given *config = options->given;

	if (!is_given(options, 'c'))
		return;
	while (config->row->letter != 'c')
		config++;
	profile_read(config->value, &options->profile);
	for (size_t i = 0; i < options->profile.line_count; i++)
		take_line(options, &options->profile.lines[i]);
	diag_place(NULL, 0);
}

static void take_words(struct options *options, int argc, char **argv)
{
	size_t program = option_read_words(argc, argv, &options->given, &options->given_count);

	options->words = argv;
	options->program = argv + program;
	for (size_t i = 0; i < options->given_count; i++)
		take(options, &options->given[i]);
}

static void check_given(const struct options *options)
{
	check_repeats(options);
	check_contradictions(options);
}

void options_parse(int argc, char **argv, struct options *ret_options)
{
	struct options options = {.pick = PICK_COUNT};

	take_words(&options, argc, argv);
	if (is_given(&options, 'h')) {
		print_help();
		exit_printed();
	}
	if (is_given(&options, 'V')) {
		puts("bindto " BINDTO_VERSION);
		exit_printed();
	}
	check_given(&options);
	take_profile(&options);
	check_given(&options);
	choose_engine(&options);
	check_form(&options);
	check_complete(&options);
	*ret_options = options;
}

void options_free(struct options *options)
{
	free(options->addresses);
	free(options->interfaces);
	free(options->excluded);
	free(options->only);
	free(options->dns);
	free(options->given);
	profile_free(&options->profile);
}
