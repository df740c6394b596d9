/* SPDX-License-Identifier: MIT */
/* Reads the range of local ports that --port names. */
#ifndef BINDTO_PORTS_H
#define BINDTO_PORTS_H

#include "pin/pin.h"

/*
 * Parses LOW[-HIGH] into the port fields of *pin. Exits with a message if it is wrong, or if this
 * process may not use these ports.
 */
void ports_resolve(const char *text, struct pin *pin);

#endif
