/* SPDX-License-Identifier: MIT */
/*
 * Counts how many letters must be inserted, deleted, replaced or swapped with their neighbour to
 * turn one word into the other (optimal string alignment). Upper and lower case count as the same.
 */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"

/* A third of the letters may be wrong, in short words one. Longer words are not compared. */
enum { WRONG_PART = 3, LENGTH_MAX = 64 };

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Keeps three rows of the table of distances between the beginnings of a and b: row and two above.
 */
static size_t distance(const char *a, const char *b)
{
	size_t length = strlen(b);
	AUTO_FREE size_t *rows = alloc_array(3 * (length + 1), sizeof(*rows));
	size_t *row = rows, *above = rows + length + 1, *top = above + length + 1;

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t *spare = top;

		top = above;
		above = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			row[j] = above[j - 1] + !same(a[i - 1], b[j - 1]);
			row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], top[j - 2] + 1);
		}
	}
	return row[length];
}

struct nearest nearest_to(const char *word)
{
	return (struct nearest){.word = word};
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t length = strlen(nearest->word), other = strlen(candidate);
	size_t most = (length > other ? length : other) / WRONG_PART;

	if (length == 0 || length > LENGTH_MAX || other > LENGTH_MAX)
		return;
	size_t found = distance(nearest->word, candidate);
	if (found > (most ? most : 1) || (nearest->best && found >= nearest->distance))
		return;
	nearest->best = candidate;
	nearest->distance = found;
}
