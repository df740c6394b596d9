/* SPDX-License-Identifier: MIT */
/*
 * Starts the program by exec, in bindto's own process: no parent stays, and its status is its own.
 */
#include "preload/start.h"

#include "preload/environment.h"
#include "target/run.h"

int preload_start(const char *library, const struct pin *pin, const struct target *target,
		  char **arguments)
{
	environment_set(library, pin);
	return run_target(target, arguments);
}
