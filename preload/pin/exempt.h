/* SPDX-License-Identifier: MIT */
/*
 * The exempt prefixes of a pin, in an order in which one is found without looking at all of them: a
 * program may have a thousand exclusions, and every connect looks.
 */
#ifndef BINDTO_EXEMPT_H
#define BINDTO_EXEMPT_H

#include "pin.h"

/*
 * Puts prefixes in the order that exempt_find() needs, exclusions first, and drops exclusions that
 * lie within another. Returns how many are left. To be done after the last one was added.
 */
size_t exempt_settle(struct prefix *prefixes, size_t count);

/* The prefix of a settled pin that holds ip, an exclusion rather than an own address; or NULL. */
const struct prefix *exempt_find(const struct pin *pin, const struct ip *ip);

#endif
