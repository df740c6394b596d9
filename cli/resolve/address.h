/* SPDX-License-Identifier: MIT */
/* Finds out what the addresses of --address are, and whether a socket can be pinned to them. */
#ifndef BINDTO_ADDRESS_H
#define BINDTO_ADDRESS_H

#include "network/links.h"
#include "pin/pin.h"

/*
 * Parses ADDR[%SCOPE] and checks that this host has the address; if interface is not NULL, that it
 * is on this interface. Returns the pin for its family. Exits with a message if any of that fails.
 * is_free: the address need not be this host's, if the host has a local route for it (--freebind).
 */
struct pin_source address_pin(const struct network *network, const char *text,
			      const struct interface *interface, bool is_free);

/*
 * Does the same without the list of interfaces, which would be the slowest part of most launches.
 * Works for an address of this host that needs no scope. Returns false for every other address:
 * address_pin() then decides about it.
 */
bool address_pin_plainly(const char *text, struct pin_source *ret_source);

/*
 * Exits with a message if --freebind cannot take the prefix. text: the prefix as the user wrote it.
 */
void address_check_free_prefix(const struct network *network, const struct prefix *prefix,
			       const char *text);

/*
 * Exits with the message that this host has no address of the prefix; or, if interface is not NULL, that
 * the interface has none.
 */
__attribute__((noreturn)) void address_die_none_of(const struct network *network,
						   const struct prefix *prefix, const char *text,
						   const struct interface *interface);

#endif
