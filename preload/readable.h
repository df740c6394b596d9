/* SPDX-License-Identifier: MIT */
/* Checks memory that the program passed, so that the library does not crash where a call fails. */
#ifndef BINDTO_READABLE_H
#define BINDTO_READABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Can size bytes at address be read? They may lie on two pages at most. */
bool is_readable(const void *address, size_t size);

/* How many bytes from address on can be read, size at most: all, those on its first page, or 0. */
size_t readable_part(const void *address, size_t size);

/* Is that known without a system call? False if it is not, or if they lie on two pages. */
bool is_known_readable(const void *address, size_t size);

#endif
