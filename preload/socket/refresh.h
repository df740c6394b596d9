/* SPDX-License-Identifier: MIT */
/* Brings a pin up to date with the index and the addresses that its interface has now. */
#ifndef BINDTO_REFRESH_H
#define BINDTO_REFRESH_H

#include <stdbool.h>

#include "pin/pin.h"

/*
 * Looks up the interface's index by its name and, if the pin follows the interface, its addresses.
 * Returns 0 and sets *ret_pin if anything has changed, -ENOENT if not, or another -errno.
 */
int pin_refresh(const struct pin *pin, struct pin *ret_pin);

/*
 * After a connect or a datagram has failed with r (-errno), finds out whether that may be because
 * the socket has, or was given, an address that the interface has lost. If so, returns true and
 * sets *ret_pin to the pin with the addresses that the interface has now: judge and make the call
 * again. peer is NULL if the call named none and went to the socket's own peer.
 */
bool pin_has_changed(const struct pin *pin, const struct endpoint *peer, int r,
		     struct pin *ret_pin);

#endif
