/* SPDX-License-Identifier: MIT */
/* The interfaces and addresses of this network namespace, as they were when bindto started. */
#ifndef BINDTO_LINKS_H
#define BINDTO_LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "pin/sockaddr.h"
#include "socket/local.h"

struct interface {
	unsigned int index;
	unsigned int flags; /* IFF_ of net/if.h */
	unsigned int type;  /* ARPHRD_ of net/if_arp.h */
	char *driver;       /* "veth", "wireguard" and so on; NULL if the kernel names none */
	char name[IF_NAMESIZE];
	char **alternatives; /* alternative names, ending in NULL */
	size_t alternative_count;
};

struct network {
	struct interface *interfaces; /* by index, ascending */
	size_t interface_count;
	struct local_address *addresses; /* as the kernel lists them */
	size_t address_count;
};

/* Reads everything; ends bindto if the kernel does not answer. */
void network_read(struct network *ret_network);
void network_free(struct network *network);

/* By exact name, else by alternative name, else by index. NULL if there is none. */
const struct interface *network_interface(const struct network *network, const char *name);
const struct interface *network_by_index(const struct network *network, unsigned int index);

/* All names in order of index, as "lo, eth0, wlan0"; to be freed. */
char *network_names(const struct network *network);

/* The name, or alternative name, that may have been meant; NULL if none is near. */
const char *network_nearest(const struct network *network, const char *name);

/* All of the interface's, as "203.0.113.2, 2001:db8:1::2", or "no address"; to be freed. */
char *network_addresses(const struct network *network, const struct interface *interface);

#endif
