/* SPDX-License-Identifier: MIT */
/* What options there are: one table for getopt_long(3), the help and the rule on repeats. */
#ifndef BINDTO_SPEC_H
#define BINDTO_SPEC_H

#include <stdbool.h>
#include <stddef.h>

/* In place of a letter, of options that have none. */
enum { LETTER_ENGINE = 1, LETTER_DNS, LETTER_LOG, LETTER_EXPLAIN, LETTER_JSON, LETTER_COLOR };

enum repeat {
	REPEAT_NO,   /* a second value would contradict the first */
	REPEAT_LIST, /* each value counts */
	REPEAT_SAME, /* a flag: saying it twice changes nothing */
};

struct spec {
	char letter;
	enum repeat repeat;
	const char *name;
	const char *argument; /* NULL: takes none; in brackets: need not be given */
	const char *help;
};

extern const struct spec specs[];
enum { SPEC_COUNT = 17 };

size_t spec_index(int letter);

/* "-a" or, where there is no letter, "--engine". Returns buffer. */
enum { SPEC_TEXT_SIZE = 32 };
char *spec_text(int letter, char buffer[SPEC_TEXT_SIZE]);

bool spec_argument_is_optional(const struct spec *spec);

/* The lines of --help, on standard output. */
void spec_print(void);

/* Do names of options begin like that? Of more than one getopt_long(3) takes none. */
bool spec_is_abbreviation(const char *name);

/* The name of the option that may have been meant, or NULL. */
const char *spec_nearest(const char *name);

#endif
