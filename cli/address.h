/* SPDX-License-Identifier: MIT */
/* The addresses that --address names: what they are, and whether a socket can be pinned to them. */
#ifndef BINDTO_ADDRESS_H
#define BINDTO_ADDRESS_H

#include "interface.h"
#include "pin.h"

/*
 * Parses ADDR[%SCOPE] and checks that it is an address of this host, on interface unless that is
 * NULL. Returns the pin of its family; ends bindto where there is none.
 */
struct pin_source address_pin(const struct network *network, const char *text,
			      const struct interface *interface);

#endif
