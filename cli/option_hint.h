/* SPDX-License-Identifier: MIT */
/* Finds the option, or the value of an option, that the user may have meant by a wrong word. */
#ifndef BINDTO_OPTION_HINT_H
#define BINDTO_OPTION_HINT_H

#include "options.h"

/* The name that is most similar to name, which may have a value after '='; NULL if none is near. */
const char *option_nearest(const char *name);

/* The options whose names begin like name, as "--config, --color"; to be freed. NULL: none does. */
char *option_candidates(const char *name);

/* The option whose letter is all of name but a value after '='; NULL if there is none. */
const struct option_row *option_lettered(const char *name);

/*
 * The value that may have been meant by word, as the row's completion has it: a number if these are
 * numbers, or the most similar word. To be freed; NULL if there is none.
 */
char *option_nearest_value(const struct option_row *row, const char *word);

/*
 * If the program's name looks like a value of the option right before it, as in `--wait 5`, hints at
 * `--wait=5` and returns true.
 */
bool option_hint_value(const struct options *options);

/* If an option that says what to pin to stands behind the program or '--', says so and returns true. */
bool option_hint_behind(const struct options *options);

/* If value has commas, hints at the option given once for each part, and returns true. */
bool option_hint_each(const char *option, const char *value);

#endif
