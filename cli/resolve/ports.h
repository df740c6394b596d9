/* SPDX-License-Identifier: MIT */
/* The range of local ports that --port names. */
#ifndef BINDTO_PORTS_H
#define BINDTO_PORTS_H

#include "pin/pin.h"

/* Parses LOW[-HIGH] into the port fields of *pin; ends bindto if sockets could not have them. */
void ports_resolve(const char *text, struct pin *pin);

#endif
