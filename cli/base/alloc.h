/* SPDX-License-Identifier: MIT */
/* Allocation that does not fail: without memory there is nothing to start, and bindto ends. */
#ifndef BINDTO_ALLOC_H
#define BINDTO_ALLOC_H

#include <stddef.h>

/* Zeroed; count may be 0. */
__attribute__((returns_nonnull)) void *alloc_array(size_t count, size_t size);

/* Room for one more after count elements of an array that alloc_grow() has made, or NULL. */
__attribute__((returns_nonnull)) void *alloc_grow(void *array, size_t count, size_t size);

__attribute__((returns_nonnull)) char *alloc_copy(const char *text);

__attribute__((returns_nonnull, format(printf, 1, 2))) char *alloc_text(const char *format, ...);

/* The word for path in the pin's text (path.h). */
__attribute__((returns_nonnull)) char *alloc_path_word(const char *path);

/* Appends to *text, which is NULL or allocated. */
__attribute__((format(printf, 2, 3))) void alloc_append(char **text, const char *format, ...);

#endif
