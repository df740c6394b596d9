/* SPDX-License-Identifier: MIT */
/* Reads the destinations of --exclude and --only. */
#ifndef BINDTO_RESOLVE_DESTINATIONS_H
#define BINDTO_RESOLVE_DESTINATIONS_H

#include "options.h"
#include "pin/pin.h"

/*
 * Adds the destinations to *pin, whose exempt prefixes the caller frees. Exits with STATUS_FAILED
 * if one is wrong, or if an exclusion leaves nothing of one that --only names.
 */
void destinations_resolve(const struct options *options, struct pin *pin);

/*
 * To be called when the pin has its sources: exits with STATUS_FAILED if --only names a destination
 * of a family that has no pin.
 */
void destinations_check(const struct options *options, const struct pin *pin);

#endif
