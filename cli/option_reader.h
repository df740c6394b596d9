/* SPDX-License-Identifier: MIT */
/* Finds the options in words. */
#ifndef BINDTO_OPTION_READER_H
#define BINDTO_OPTION_READER_H

#include <stddef.h>

#include "option_table.h"
#include "profile.h"

/* One option as the user gave it. command.c writes command lines from these. */
struct given {
	const struct option_row *row;
	const char *value; /* NULL if it has none */
	size_t word, end;  /* its words in argv, from word to before end; -vs is one word of two */
	size_t line;       /* its line in the profile; 0: it is from the command line */
};

/*
 * Appends the options in words to *given, which alloc_grow() allocates and *given_count counts. The
 * options begin at words[1] and end before the first word that is none. NULL ends words, after
 * count of them. Values point into words. Returns the index of the word after the options. Exits
 * with STATUS_FAILED for an option that does not exist, or lacks its value.
 */
size_t option_read_words(int count, char **words, struct given **given, size_t *given_count);

/*
 * Reads the one option of a profile's line. Its value points into line. Exits with STATUS_FAILED if
 * there is another word, or if the option is none for profiles.
 */
void option_read_line(const struct profile_line *line, struct given *ret_given);

#endif
