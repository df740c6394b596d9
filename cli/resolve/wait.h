/* SPDX-License-Identifier: MIT */
/* --wait: waits until there is what -i and -a name. */
#ifndef BINDTO_WAIT_H
#define BINDTO_WAIT_H

#include "options.h"

/*
 * Returns when the interface and the addresses that the options name can be pinned to, or when the
 * time of --wait is over. Then resolving them tells what is missing.
 */
void wait_until_ready(const struct options *options);

#endif
