/* SPDX-License-Identifier: MIT */
/* Writes a path as one word of the pin's text: blanks, control characters and '%' become %XX. */
#ifndef BINDTO_PATH_H
#define BINDTO_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* A word in text that somebody else keeps. length 0: no path. */
struct encoded_path {
	const char *text;
	size_t length;
};

/*
 * Writes path as a word to buffer, at most size bytes with the NUL. Returns the length that the
 * whole word has, as snprintf(3) does.
 */
size_t path_encode(const char *path, char *buffer, size_t size);

/*
 * Writes the path to buffer, with its NUL. Returns 0, -EINVAL if path_encode() does not write such
 * a word, or -ENAMETOOLONG if the path needs more than size bytes.
 */
int path_decode(const struct encoded_path *word, char *buffer, size_t size);

#endif
