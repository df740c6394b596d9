/* SPDX-License-Identifier: MIT */
/* The value of --dns. */
#ifndef BINDTO_DNS_SERVER_H
#define BINDTO_DNS_SERVER_H

#include "pin/pin.h"

/*
 * Reads ADDR[:PORT] into the pin, whose sources are settled; ends bindto if it cannot be used.
 */
void dns_server_take(const char *text, struct pin *pin);

#endif
