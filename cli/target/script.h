/* SPDX-License-Identifier: MIT */
/* Finds the program that runs a script with `#!/usr/bin/env ARGUMENT`. */
#ifndef BINDTO_SCRIPT_H
#define BINDTO_SCRIPT_H

/*
 * Returns the program that `env ARGUMENT SCRIPT` runs, to be freed; NULL if it runs none, or if the
 * argument is not understood.
 */
char *script_env_program(const char *argument);

#endif
