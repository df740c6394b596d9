/* SPDX-License-Identifier: MIT */
/* The interface that --interface names, and the addresses of it to pin. */
#ifndef BINDTO_RESOLVE_INTERFACE_H
#define BINDTO_RESOLVE_INTERFACE_H

#include "network/links.h"
#include "options.h"
#include "pin/pin.h"

/* The interface of options->interface; ends bindto if there is none, or it is down. */
const struct interface *interface_find(const struct options *options,
				       const struct network *network);

/*
 * Chooses the best address of each family that options allow; a family without one is PIN_REFUSED.
 * Ends bindto if no family has one.
 */
void interface_addresses(const struct options *options, const struct network *network,
			 const struct interface *interface, struct pin_source *ret_v4,
			 struct pin_source *ret_v6);

/* Ends bindto if a socket may not be bound to the interface. */
void interface_check_permitted(const struct network *network, const struct interface *interface);

#endif
