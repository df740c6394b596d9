/* SPDX-License-Identifier: MIT */
/*
 * The supervising engine: the program's calls are carried out by bindto, whatever the program is.
 */
#ifndef BINDTO_SUPERVISE_START_H
#define BINDTO_SUPERVISE_START_H

#include "pin/pin.h"
#include "target/target.h"

/*
 * Runs the target supervised, with library (library_install()) preloaded if the pin is gated.
 * Returns its exit status or bindto's, with the message given.
 */
int supervise_start(const char *library, const struct pin *pin, const struct target *target,
		    char **arguments);

#endif
