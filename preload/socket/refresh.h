/* SPDX-License-Identifier: MIT */
/* The pin with the index and the addresses that its interface has now. */
#ifndef BINDTO_REFRESH_H
#define BINDTO_REFRESH_H

#include <stdbool.h>

#include "pin/pin.h"

/*
 * Looks the interface up anew: its index by its name, and, if the addresses follow it, the
 * addresses (fact 15: they change). Returns 0 if anything has changed, else -ENOENT or -errno.
 */
int pin_refresh(const struct pin *pin, struct pin *ret_pin);

/*
 * After a connect or a datagram to peer (NULL: the one that it is connected to) has failed with r,
 * -errno: may that be because the socket has, or was given, an address that the interface has lost?
 * Then *ret_pin is the pin with those that it has now, and the call is to be judged and made again.
 */
bool pin_has_changed(const struct pin *pin, const struct endpoint *peer, int r,
		     struct pin *ret_pin);

#endif
