/* SPDX-License-Identifier: MIT */
/* The preload engine: puts the pin and the library into the environment and runs the program. */
#ifndef BINDTO_PRELOAD_START_H
#define BINDTO_PRELOAD_START_H

#include "pin/pin.h"
#include "target/target.h"

/*
 * Runs the target in place of bindto, with library preloaded, which library_install() returned. If
 * that fails, prints why and returns the exit status.
 */
int preload_start(const char *library, const struct pin *pin, const struct target *target,
		  char **arguments);

#endif
