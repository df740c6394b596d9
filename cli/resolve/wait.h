/* SPDX-License-Identifier: MIT */
/* --wait: waits until there is what -i and -a name. */
#ifndef BINDTO_WAIT_H
#define BINDTO_WAIT_H

#include "options.h"

/*
 * Returns when the interface and the addresses that the options name can be pinned to, or when the
 * time of --wait is over. Then resolving them tells what is missing, and the result is a note for
 * that message, "waited 10 seconds", to be freed. Else it is NULL.
 */
char *wait_until_ready(const struct options *options);

/* Is there all that wait_until_ready() waits for? */
bool wait_has_all(const struct options *options);

#endif
