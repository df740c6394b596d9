/* SPDX-License-Identifier: MIT */
/* exec in place: the same process, no parent left behind, the program's own exit status. */
#include "preload/start.h"

#include "preload/environment.h"
#include "target/run.h"

int preload_start(const char *library, const struct pin *pin, const struct target *target,
		  char **arguments)
{
	environment_set(library, pin);
	return run_target(target, arguments);
}
