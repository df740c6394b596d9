/* SPDX-License-Identifier: MIT */
/* Allocation that never returns NULL: bindto cannot start a program without memory, so it ends. */
#ifndef BINDTO_ALLOC_H
#define BINDTO_ALLOC_H

#include <stddef.h>

/* Returns count zeroed elements of size bytes each. count may be 0. */
__attribute__((returns_nonnull)) void *alloc_array(size_t count, size_t size);

/*
 * Makes room for one element after the count that array has. array is NULL or came from
 * alloc_grow(). Returns the array, which may have moved.
 */
__attribute__((returns_nonnull)) void *alloc_grow(void *array, size_t count, size_t size);

__attribute__((returns_nonnull)) char *alloc_copy(const char *text);

__attribute__((returns_nonnull, format(printf, 1, 2))) char *alloc_text(const char *format, ...);

/* Returns path as one word of the pin's text (pin/path.h). */
__attribute__((returns_nonnull)) char *alloc_path_word(const char *path);

/* Appends to *text, which is allocated or NULL. */
__attribute__((format(printf, 2, 3))) void alloc_append(char **text, const char *format, ...);

#endif
