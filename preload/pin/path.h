/* SPDX-License-Identifier: MIT */
/* A path as one word of the pin's text: blanks, control characters and '%' as %XX. */
#ifndef BINDTO_PATH_H
#define BINDTO_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* Refers to text that lives longer; length 0: no path. */
struct encoded_path {
	const char *text;
	size_t length;
};

/*
 * Writes the word for path to buffer, which holds size bytes, with a NUL. Returns the length that
 * the whole word has (as snprintf).
 */
size_t path_encode(const char *path, char *buffer, size_t size);

/*
 * Writes the path with its NUL to buffer. Returns 0, -EINVAL for what path_encode() does not write,
 * or -ENAMETOOLONG if it has no place in size bytes.
 */
int path_decode(const struct encoded_path *word, char *buffer, size_t size);

#endif
