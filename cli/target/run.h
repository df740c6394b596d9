/* SPDX-License-Identifier: MIT */
/* The last step of both engines. */
#ifndef BINDTO_RUN_H
#define BINDTO_RUN_H

#include "target/target.h"

/* Becomes the target; returns only as an exit status, with the message given. */
int run_target(const struct target *target, char **arguments);

#endif
