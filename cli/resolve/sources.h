/* SPDX-License-Identifier: MIT */
/* Finds out which source addresses and interfaces --address and --interface name. */
#ifndef BINDTO_SOURCES_H
#define BINDTO_SOURCES_H

#include "options.h"
#include "pin/pin.h"

/*
 * Gives *pin its sources, its interface and, if there are several for a family, its pool, which
 * resolve_release() frees. Exits with a message if one of them cannot be pinned to.
 */
void sources_resolve(const struct options *options, struct pin *pin);

/* Exits with a message if the options about several sources do not fit the pin. */
void sources_check(const struct options *options, const struct pin *pin);

#endif
