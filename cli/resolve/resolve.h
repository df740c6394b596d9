/* SPDX-License-Identifier: MIT */
/* From what the user said to a pin. */
#ifndef BINDTO_RESOLVE_H
#define BINDTO_RESOLVE_H

#include "options.h"
#include "pin/pin.h"

/*
 * Ends bindto if the options do not describe a pin that can be had on this host.
 * The exempt prefixes are allocated; resolve_release() frees them.
 */
void resolve_pin(const struct options *options, struct pin *ret_pin);
void resolve_release(struct pin *pin);

#endif
