/* SPDX-License-Identifier: MIT */
/*
 * The exempt prefixes of a pin, in an order in which one is found without looking at all of them: a
 * program may have a thousand exclusions, and every connect looks.
 */
#ifndef BINDTO_EXEMPT_H
#define BINDTO_EXEMPT_H

#include "pin/pin.h"

/*
 * Makes prefixes, as many as pin->exempt_count says, the exempt ones of *pin, in the order that
 * exempt_find() needs, exclusions first. Drops exclusions that lie within another. To be done
 * whenever one was added.
 */
void exempt_settle(struct pin *pin, struct prefix *prefixes);

/* The prefix of a settled pin that holds ip, an exclusion rather than an own address; or NULL. */
const struct prefix *exempt_find(const struct pin *pin, const struct ip *ip);

#endif
