/* SPDX-License-Identifier: MIT */
/* The environment that brings the library and its pin into a program. */
#ifndef BINDTO_ENVIRONMENT_H
#define BINDTO_ENVIRONMENT_H

#include "pin.h"

/*
 * Puts the library on disk if it is not there, and sets LD_PRELOAD and BINDTO_PIN for the programs
 * that this process starts. Ends bindto if that fails.
 */
void environment_set(const struct pin *pin);

/* Tells the library into which processes the supervisor may look; after environment_set(). */
void environment_set_look(const struct pin *pin, enum pin_look look);

#endif
