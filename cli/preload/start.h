/* SPDX-License-Identifier: MIT */
/* The preload engine: the pin and the library go into the environment, then the program is run. */
#ifndef BINDTO_PRELOAD_START_H
#define BINDTO_PRELOAD_START_H

#include "pin/pin.h"
#include "target/target.h"

/*
 * Runs the target in place of bindto, with library (library_install()) preloaded. Returns only as
 * an exit status, with the message given.
 */
int preload_start(const char *library, const struct pin *pin, const struct target *target,
		  char **arguments);

#endif
