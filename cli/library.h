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
 * Puts the library on disk where it is not yet, verifies it, and returns what LD_PRELOAD is to
 * hold, to be freed. Ends bindto where no directory will do, naming each.
 */
char *library_install(void);

#endif
