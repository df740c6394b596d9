/* SPDX-License-Identifier: MIT */
/* Finds what the user may have meant by a mistyped word. */
#ifndef BINDTO_NEAREST_H
#define BINDTO_NEAREST_H

#include <stddef.h>

/* Try each possible word with nearest_try(); the nearest of them is then in best. */
struct nearest {
	const char *word;
	const char *best; /* NULL if no word is near enough */
	size_t distance;
};

struct nearest nearest_to(const char *word);
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
