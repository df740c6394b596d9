/* SPDX-License-Identifier: MIT */
/* Starts a program under the supervisor, which carries its calls out whatever the program is. */
#ifndef BINDTO_SUPERVISE_START_H
#define BINDTO_SUPERVISE_START_H

#include "pin/pin.h"
#include "target/target.h"

/*
 * Runs the target supervised; if the pin is gated, with library (library_install()) preloaded.
 * Returns the target's exit status, or after a message bindto's own.
 */
int supervise_start(const char *library, const struct pin *pin, const struct target *target,
		    char **arguments);

#endif
