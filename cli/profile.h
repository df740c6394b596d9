/* SPDX-License-Identifier: MIT */
/*
 * A profile: a file with options, one on each line, which --config names. What the options mean,
 * options.c judges.
 */
#ifndef BINDTO_PROFILE_H
#define BINDTO_PROFILE_H

#include <stddef.h>

struct profile_line {
	size_t number; /* from 1 */
	char **words;  /* one or more; NULL ends them; the first begins with "-" */
};

struct profile {
	char *path; /* NULL: there is no profile */
	struct profile_line *lines;
	size_t line_count;
};

/*
 * Finds the profile and reads it. Exits with STATUS_FAILED if there is none, if somebody else could
 * have written it, or if it holds something that is no line of words.
 */
void profile_read(const char *name, struct profile *ret_profile);

/* Takes text apart. profile->path, which messages name, is set. Exits like profile_read(). */
void profile_parse(const char *text, size_t size, struct profile *profile);

void profile_free(struct profile *profile);

#endif
