/* SPDX-License-Identifier: MIT */
/* This host's addresses as part of a pin, kept up to date: a supervisor may run for months. */
#ifndef BINDTO_OWN_ADDRESSES_H
#define BINDTO_OWN_ADDRESSES_H

#include "pin/pin.h"

/*
 * Adds this host's addresses to the exempt prefixes of *pin, which become own_addresses.c's, and
 * listens for changes. Returns 0 or -errno.
 */
int own_addresses_open(struct pin *pin);

/*
 * Looks whether addresses have changed since, and reads them again into that pin if they have:
 * before a decision that depends on them.
 */
void own_addresses_refresh(void);

#endif
