/* SPDX-License-Identifier: MIT */
/*
 * Sorts the exempt prefixes of a pin, so that one can be found without looking at all of them. A
 * program may have a thousand exclusions, and every connect looks.
 */
#ifndef BINDTO_EXEMPT_H
#define BINDTO_EXEMPT_H

#include "pin/pin.h"

/*
 * Sorts prefixes, pin->exempt_count of them, into the order that exempt_find() needs, exclusions
 * first, and makes them the exempt ones of *pin. Drops exclusions that lie within another. Call it
 * again whenever a prefix was added.
 */
void exempt_settle(struct pin *pin, struct prefix *prefixes);

/*
 * Returns a settled pin's prefix that holds ip, or NULL. An exclusion goes before an own address.
 */
const struct prefix *exempt_find(const struct pin *pin, const struct ip *ip);

#endif
