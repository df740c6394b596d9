/* SPDX-License-Identifier: MIT */
/* Names to addresses: the order in which a program is going to try them. */
#ifndef BINDTO_CALL_NAMES_H
#define BINDTO_CALL_NAMES_H

#include <netdb.h>

#include "pin/pin.h"

/*
 * Moves the addresses that the pin refuses behind the others, in a list of getaddrinfo(3). libc
 * sorts it by asking the kernel for routes, on sockets of its own that no hook sees: a program
 * that tries the first address alone would fail if the host has a route for both families.
 */
void call_sort_names(const struct pin *pin, struct addrinfo **list);

#endif
