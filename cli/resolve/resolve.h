/* SPDX-License-Identifier: MIT */
/* Turns the user's options into a pin. */
#ifndef BINDTO_RESOLVE_H
#define BINDTO_RESOLVE_H

#include "options.h"
#include "pin/pin.h"

/*
 * Fills in *ret_pin, to be released by resolve_release(). Exits with a message if this host cannot
 * have the pin that the options describe.
 */
void resolve_pin(const struct options *options, struct pin *ret_pin);
void resolve_release(struct pin *pin);

#endif
