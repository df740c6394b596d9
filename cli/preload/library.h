/* SPDX-License-Identifier: MIT */
/* The embedded preload library as a file that the dynamic loader can open. */
#ifndef BINDTO_LIBRARY_H
#define BINDTO_LIBRARY_H

#include <stdbool.h>

/* The name of the file, in whichever directory. */
#define LIBRARY_NAME "libbindto.so"

/* Is a library for the machine's 32-bit ABI embedded as well? */
bool library_covers_32(void);

/*
 * Puts the library on disk if it is not yet, verifies it, tries to map it, and returns what
 * LD_PRELOAD is to hold, to be freed. Returns NULL if no directory will do. *ret_reasons names
 * each that would not, and is to be freed; it may be NULL if one was found.
 */
char *library_install(char **ret_reasons);

#endif
