/* SPDX-License-Identifier: MIT */
/* Changes the order of a name's addresses, in which a program tries them. */
#ifndef BINDTO_CALL_NAMES_H
#define BINDTO_CALL_NAMES_H

#include <netdb.h>

#include "pin/pin.h"

/*
 * Moves the addresses that the pin refuses to the end of a list of getaddrinfo(3). libc sorts the
 * list by the kernel's routes, which it asks for on sockets that no hook sees. If this host has
 * routes for both families, a refused one may come first, and a program that tries only the first
 * address would fail.
 */
void call_sort_names(const struct pin *pin, struct addrinfo **list);

#endif
