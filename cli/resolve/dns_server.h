/* SPDX-License-Identifier: MIT */
/* Reads the values of --dns. */
#ifndef BINDTO_DNS_SERVER_H
#define BINDTO_DNS_SERVER_H

#include "pin/pin.h"

/*
 * Reads ADDR[:PORT] and puts it into the pin as the server of its family. The addresses of the pin
 * must be known already. Exits with a message if the server cannot be used.
 */
void dns_server_take(const char *text, struct pin *pin);

#endif
