/* SPDX-License-Identifier: MIT */
/* The interfaces and addresses of this network namespace, as they were when bindto started. */
#ifndef BINDTO_LINKS_H
#define BINDTO_LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pin/sockaddr.h"
#include "socket/local.h"

struct interface {
	unsigned int index;
	unsigned int flags; /* IFF_ of net/if.h */
	unsigned int type;  /* ARPHRD_ of net/if_arp.h */
	bool in_vrf;        /* it is a VRF, or belongs to one */
	uint32_t vrf_table; /* the routing table of a VRF; 0: it is none */
	char *driver;       /* as "veth" or "wireguard"; NULL if the kernel names none */
	char name[IF_NAMESIZE];
	char **alternatives; /* alternative names */
	size_t alternative_count;
};

struct network {
	struct interface *interfaces; /* in ascending order of index */
	size_t interface_count;
	struct local_address *addresses; /* in the kernel's order */
	size_t address_count;
};

/* Reads the interfaces and addresses. Exits with a message if the kernel does not answer. */
void network_read(struct network *ret_network);
void network_free(struct network *network);

/*
 * Looks for an interface with this name, then for one with this alternative name, then for one with
 * this index. Returns NULL if there is none.
 */
const struct interface *network_interface(const struct network *network, const char *name);
const struct interface *network_by_index(const struct network *network, unsigned int index);

/* Returns all names in order of index, as "lo, eth0, wlan0"; to be freed. */
char *network_names(const struct network *network);

/* Returns the name or alternative name that is nearest to name, or NULL if none is near. */
const char *network_nearest(const struct network *network, const char *name);

/*
 * Returns the interface's addresses, as "203.0.113.2, 2001:db8:1::2", or "no address"; to be freed.
 */
char *network_addresses(const struct network *network, const struct interface *interface);

/*
 * Lists in the same way those of the interface's addresses (NULL: those of all interfaces) that lie
 * within the prefix and can be used. Returns NULL if there is none.
 */
char *network_addresses_in(const struct network *network, const struct interface *interface,
			   const struct prefix *prefix);

#endif
