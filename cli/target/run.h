/* SPDX-License-Identifier: MIT */
/* The last step of every engine. */
#ifndef BINDTO_RUN_H
#define BINDTO_RUN_H

#include "target/target.h"

/* Becomes the target. If that fails, prints why and returns the exit status, 126 or 127. */
int run_target(const struct target *target, char **arguments);

#endif
