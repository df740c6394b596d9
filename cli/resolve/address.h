/* SPDX-License-Identifier: MIT */
/* The addresses that --address names: what they are, and whether a socket can be pinned to them. */
#ifndef BINDTO_ADDRESS_H
#define BINDTO_ADDRESS_H

#include "network/links.h"
#include "pin/pin.h"

/*
 * Parses ADDR[%SCOPE] and checks that it is an address of this host, on interface unless that is
 * NULL. Returns the pin of its family; ends bindto if there is none.
 */
struct pin_source address_pin(const struct network *network, const char *text,
			      const struct interface *interface);

/*
 * The same without a look at this host's interfaces, if none is needed: for an address without
 * scope or interface that can be pinned. False for all others, on which address_pin() decides.
 */
bool address_pin_plainly(const char *text, struct pin_source *ret_source);

#endif
