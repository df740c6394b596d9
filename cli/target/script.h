/* SPDX-License-Identifier: MIT */
/* Which program a script with `#!/usr/bin/env ARGUMENT` is run by. */
#ifndef BINDTO_SCRIPT_H
#define BINDTO_SCRIPT_H

/*
 * Returns the program that `env ARGUMENT SCRIPT` runs, to be freed; NULL if it runs none, or if the
 * argument is not understood.
 */
char *script_env_program(const char *argument);

#endif
