/* SPDX-License-Identifier: MIT */
/* The environment that loads the library into a program and gives it the pin. */
#ifndef BINDTO_ENVIRONMENT_H
#define BINDTO_ENVIRONMENT_H

#include "pin/pin.h"

/*
 * Sets LD_PRELOAD and BINDTO_PIN for the programs that this process starts. Also sets ASAN_OPTIONS,
 * so that programs with the address sanitizer accept a preloaded library. library is what
 * library_install() returned. Exits with a message if this fails.
 */
void environment_set(const char *library, const struct pin *pin);

/* Tells the library which processes the supervisor may look into. Call environment_set() first. */
void environment_set_look(const struct pin *pin, enum pin_look look);

#endif
