/* SPDX-License-Identifier: MIT */
/* Finds the interface that --interface names, and those of its addresses that are pinned. */
#ifndef BINDTO_RESOLVE_INTERFACE_H
#define BINDTO_RESOLVE_INTERFACE_H

#include "network/links.h"
#include "options.h"
#include "pin/pin.h"

/*
 * Returns the interface that name means. Exits with a message if it is missing or, if must_be_up,
 * down or, under --wait, has no carrier.
 */
const struct interface *interface_find(const struct options *options, const struct network *network,
				       const char *name, bool must_be_up);

/* Is there an interface of this name, or one that fits the pattern? */
bool interface_exists(const struct network *network, const char *name);

/*
 * Is the interface of this name, or one that fits the pattern, up, and has it carrier and, unless
 * addresses are given, an address that reaches beyond the link?
 */
bool interface_is_ready(const struct options *options, const struct network *network,
			const char *name);

/*
 * Chooses the best address of each family that the options allow. A family without one becomes
 * PIN_REFUSED, and so do both if the interface is down. Returns whether there is one.
 */
bool interface_choose(const struct options *options, const struct network *network,
		      const struct interface *interface, struct pin_source *ret_v4,
		      struct pin_source *ret_v6);

/* The same, but exits with a message if there is none. */
void interface_addresses(const struct options *options, const struct network *network,
			 const struct interface *interface, struct pin_source *ret_v4,
			 struct pin_source *ret_v6);

/* Exits with a message if this process may not bind a socket to the interface. */
void interface_check_permitted(const struct network *network, const struct interface *interface);

#endif
