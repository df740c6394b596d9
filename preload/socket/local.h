/* SPDX-License-Identifier: MIT */
/*
 * Reads this host's addresses, and tells which of an interface's to pin. It asks over rtnetlink by
 * direct system calls, with a buffer on the stack, because the library asks from inside hooks.
 */
#ifndef BINDTO_LOCAL_H
#define BINDTO_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "pin/pin.h"

struct local_address {
	struct ip ip;
	unsigned int ifindex;
	uint32_t flags; /* IFA_F_ of linux/if_addr.h */
	uint8_t scope;  /* RT_SCOPE_ of linux/rtnetlink.h */
};

/* Can it be bound? Not if duplicate detection failed, or is under way (unless it is optimistic). */
bool local_address_usable(const struct local_address *address);

/*
 * Is a better than b as the source address of their interface? Both must be usable and of one
 * family. The first point on which they differ decides:
 *   - the wider scope
 *   - one that is not deprecated
 *   - a global one rather than a unique local one
 *   - IPv6: a temporary one (RFC 8981; the kernel prefers those if it makes any)
 *   - IPv4: a primary one rather than a secondary one
 * If they differ on none, returns false, so that the one stays which the kernel listed first.
 */
bool local_address_better(const struct local_address *a, const struct local_address *b);

/*
 * Adds the address to the pin's exempt prefixes, as one of this host's own. They are in room, which
 * has place for one more. exempt_settle() sorts them afterwards. An address that the pin may not use
 * (setting_takes()) belongs to no interface there, as if it were another one's.
 */
void local_exempt(const struct local_address *address, struct pin *pin, struct prefix *room);

/*
 * Calls each(address, context) for every IPv4 and IPv6 address of this network namespace. Returns
 * 0, -EPROTO if the answer is no rtnetlink(7) dump, or -errno of socket(2), sendto(2) or
 * recvfrom(2).
 */
int local_addresses(void (*each)(const struct local_address *address, void *context),
		    void *context);

#endif
