/* SPDX-License-Identifier: MIT */
/* What the user may have meant. */
#ifndef BINDTO_NEAREST_H
#define BINDTO_NEAREST_H

#include <stddef.h>

/* The best of the words so far, for a word that is none of them. */
struct nearest {
	const char *word;
	const char *best; /* NULL: none is near enough to be meant */
	size_t distance;
};

struct nearest nearest_to(const char *word);
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
