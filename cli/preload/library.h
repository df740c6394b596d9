/* SPDX-License-Identifier: MIT */
/* Puts the embedded preload library into a file that the dynamic loader can open. */
#ifndef BINDTO_LIBRARY_H
#define BINDTO_LIBRARY_H

#include <stdbool.h>

/* The file's name in every directory. */
#define LIBRARY_NAME "libbindto.so"

/* Does this bindto hold a library for 32-bit programs as well? */
bool library_covers_32(void);

/*
 * Puts the library on disk if it is not there, verifies it and tries to map it. Returns the value
 * for LD_PRELOAD, to be freed, or NULL if no directory will do. *ret_reasons says of each directory
 * that was tried why it will not do; to be freed, may be NULL on success.
 */
char *library_install(char **ret_reasons);

#endif
