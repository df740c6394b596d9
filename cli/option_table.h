/* SPDX-License-Identifier: MIT */
/*
 * The options, one row each. From the rows come the parser and its checks (options.c), --help, the
 * command lines that --explain hints (command.c), and the completions of the shells, which
 * packaging/completions/generate.cmake makes from the text of option_table.c.
 */
#ifndef BINDTO_OPTION_TABLE_H
#define BINDTO_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct options;

/* In place of a letter, for options that have none. LETTER_NONE: the code does not ask for it. */
enum {
	LETTER_NONE,
	LETTER_ENGINE,
	LETTER_DNS,
	LETTER_EXPLAIN,
	LETTER_DESKTOP,
};

enum repeat {
	REPEAT_NO,   /* a second value would contradict the first */
	REPEAT_LIST, /* each value counts */
	REPEAT_SAME, /* a flag: saying it twice changes nothing */
};

/* What an option is about. --list goes with ABOUT_FORM and ABOUT_BINDTO alone. */
enum about {
	ABOUT_CHOICE, /* which addresses and interfaces */
	ABOUT_PIN,    /* what else the pin does */
	ABOUT_SOCKET, /* socket options of every socket: resolve/settings.h reads the value */
	ABOUT_RUN,    /* how the program is run */
	ABOUT_TASK,   /* what to do in place of running it */
	ABOUT_FORM,   /* what a report looks like: only --list and --explain have one */
	ABOUT_BINDTO, /* bindto itself */
};

/* Stores the value of an option; NULL for one that has none. Ends bindto for a wrong value. */
typedef void option_read(struct options *options, const char *value);

struct option_row {
	char letter;
	const char *name;
	const char *argument; /* NULL: takes none; in brackets: need not be given */
	enum repeat repeat;
	enum about about;
	const char *not_by_library; /* why --engine preload cannot do it; NULL: every engine can */
	option_read *read;          /* NULL: options.c reads it, or for ABOUT_SOCKET settings.c */
	/*
	 * "ADDRESSES", "INTERFACES", "PROFILES", "FILES", "ALGORITHMS", or the words; if the first
	 * word is a number, they are examples.
	 */
	const char *completion;
	const char *help; /* lines; a shell shows it up to the first ';', ':' or '(' */
};

extern const struct option_row option_rows[];
extern const size_t option_count;

/* The row of the option with this letter, which there is. */
const struct option_row *option_by_letter(int letter);

/* "-a" or, if there is no letter, "--engine". Returns buffer. */
enum { OPTION_TEXT_SIZE = 32 };
char *option_text(const struct option_row *row, char buffer[OPTION_TEXT_SIZE]);

bool option_argument_is_optional(const struct option_row *row);

/* Prints the lines of --help on standard output. */
void option_print_all(void);

#endif
