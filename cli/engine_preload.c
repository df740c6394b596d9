/* SPDX-License-Identifier: MIT */
/* exec in place: the same process, no parent left behind, the program's own exit status. */
#include "engine_preload.h"

#include "environment.h"
#include "run.h"

int engine_preload(const char *library, const struct pin *pin, const struct target *target,
		   char **arguments)
{
	environment_set(library, pin);
	return run_target(target, arguments);
}
