/* SPDX-License-Identifier: MIT */
/*
 * How a socket is held to the pin's interface, to loopback, or let go for an exempt peer: what the
 * verdicts on bind and on peers share. Pure, like them.
 */
#ifndef BINDTO_HOLD_H
#define BINDTO_HOLD_H

#include "pin.h"

/* Always so, in every network namespace (LOOPBACK_IFINDEX in include/net/flow.h). */
#define LOOPBACK_IFINDEX 1

enum hold_state {
	HOLD_UNCONNECTED, /* the next datagrams may go to exempt peers too */
	HOLD_CONNECTED,
};

void hold_pin(const struct pin *pin, const struct facts *facts, enum hold_state state,
	      struct verdict *verdict);
void hold_loopback(const struct pin *pin, const struct facts *facts, struct verdict *verdict);
/* For a peer that is exempt: unicast is LOOPBACK_IFINDEX for this host's own, 0 for an excluded. */
void hold_none(const struct pin *pin, const struct facts *facts, unsigned int unicast,
	       struct verdict *verdict);
/* A socket on a group's address, without an interface. */
void hold_group(const struct facts *facts, struct verdict *verdict);

/* Must ports of the range be tried one by one, since the kernel cannot confine its choice? */
bool hold_ports_one_by_one(const struct pin *pin, const struct facts *facts);

#endif
