/* SPDX-License-Identifier: MIT */
/* The environment that brings the library and its pin into a program. */
#ifndef BINDTO_ENVIRONMENT_H
#define BINDTO_ENVIRONMENT_H

#include "pin/pin.h"

/*
 * Sets LD_PRELOAD and BINDTO_PIN for the programs that this process starts, and ASAN_OPTIONS such
 * that those of the address sanitizer put up with a preloaded library. library is what
 * library_install() returned. Ends bindto if that fails.
 */
void environment_set(const char *library, const struct pin *pin);

/* Tells the library into which processes the supervisor may look; after environment_set(). */
void environment_set_look(const struct pin *pin, enum pin_look look);

#endif
