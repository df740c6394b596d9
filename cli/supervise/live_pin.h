/* SPDX-License-Identifier: MIT */
/*
 * The supervisor's pin. This host's addresses are part of it (struct prefix, REACH_OWN), and they
 * change while a supervisor runs, which may be for months. So only live_pin.c may change the pin;
 * all others get it as const, from live_pin() or live_pin_refresh().
 */
#ifndef BINDTO_LIVE_PIN_H
#define BINDTO_LIVE_PIN_H

#include "pin/pin.h"
#include "pin/view.h"

/* For live_pin.c. */
struct live_pin {
	struct pin pin;
	struct prefix *room; /* what pin.exempt refers to, with place for rooms */
	size_t rooms;
	int changes; /* a netlink socket that says when addresses change */
};

/*
 * Takes a copy of *pin, adds this host's addresses to its exempt prefixes, and listens for changes.
 * Returns 0 or -errno.
 */
int live_pin_open(struct live_pin *live, const struct pin *pin);

/* The pin, with the addresses that the last look has found. */
const struct pin *live_pin(const struct live_pin *live);

/*
 * Looks whether addresses have changed, and if so reads them into the pin: to be called before a
 * decision that depends on them. It is the same pin that live_pin() returns, but its exempt
 * prefixes may have moved: a copy of struct pin that was made before must not be used any more.
 */
const struct pin *live_pin_refresh(struct live_pin *live);

/*
 * Sets *ret_pin to the pin as it is now, and returns its view: the interface may have been made anew,
 * and have another index. The view refers to *ret_pin.
 */
struct view live_pin_view(struct live_pin *live, struct pin *ret_pin);

#endif
