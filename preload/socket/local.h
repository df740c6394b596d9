/* SPDX-License-Identifier: MIT */
/*
 * This host's addresses, and which of an interface's to pin. Read over rtnetlink by direct system
 * calls with a buffer on the stack, since the library asks from inside hooks.
 */
#ifndef BINDTO_LOCAL_H
#define BINDTO_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "pin/sockaddr.h"

struct local_address {
	struct ip ip;
	unsigned int ifindex;
	uint32_t flags; /* IFA_F_ of linux/if_addr.h */
	uint8_t scope;  /* RT_SCOPE_ of linux/rtnetlink.h */
};

/* Can it be bound at all: not tentative (unless optimistic), no failed duplicate detection. */
bool local_address_usable(const struct local_address *address);

/*
 * Is a the better source address of its interface than b? Both are usable and of one family.
 * In order: wider scope, not deprecated, global rather than unique local, a temporary one (RFC
 * 8981, as the kernel prefers them if it makes them), primary before secondary; else the first that
 * the kernel listed stays.
 */
bool local_address_better(const struct local_address *a, const struct local_address *b);

/*
 * Calls each(address, context) for every IPv4 and IPv6 address of this network namespace.
 * Returns 0 or -errno (of socket(2), sendto(2), recvfrom(2); -EPROTO for an answer that is no
 * rtnetlink(7) dump).
 */
int local_addresses(void (*each)(const struct local_address *address, void *context),
		    void *context);

#endif
