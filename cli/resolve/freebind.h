/* SPDX-License-Identifier: MIT */
/* Checks what --freebind lets -a name: addresses that this host has no more than a local route for. */
#ifndef BINDTO_FREEBIND_H
#define BINDTO_FREEBIND_H

#include "network/links.h"
#include "pin/pin.h"

/*
 * Exits with a message if this host cannot send from the prefix's first and last address. text: the
 * prefix or the address as the user wrote it.
 */
void freebind_check(const struct network *network, const struct prefix *prefix, const char *text);

#endif
