/* SPDX-License-Identifier: MIT */
/* Finds the interface that --interface names, and those of its addresses that are pinned. */
#ifndef BINDTO_RESOLVE_INTERFACE_H
#define BINDTO_RESOLVE_INTERFACE_H

#include "network/links.h"
#include "options.h"
#include "pin/pin.h"

/*
 * Returns the interface of options->interface. Exits with a message if it is missing or down or,
 * under --wait, has no carrier.
 */
const struct interface *interface_find(const struct options *options,
				       const struct network *network);

/*
 * Is the interface of options->interface, or one that fits the pattern, up, and has it carrier and,
 * unless addresses are given, an address that reaches beyond the link?
 */
bool interface_is_ready(const struct options *options, const struct network *network);

/*
 * Chooses the best address of each family that the options allow. A family without one becomes
 * PIN_REFUSED. Exits with a message if neither has one.
 */
void interface_addresses(const struct options *options, const struct network *network,
			 const struct interface *interface, struct pin_source *ret_v4,
			 struct pin_source *ret_v6);

/* Exits with a message if this process may not bind a socket to the interface. */
void interface_check_permitted(const struct network *network, const struct interface *interface);

#endif
