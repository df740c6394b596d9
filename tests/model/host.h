/* SPDX-License-Identifier: MIT */
/*
 * The host of the model's sockets: the client of tests/lib/network.bash, with its three interfaces,
 * their addresses and two default routes, of which the kernel prefers eth0's. The functions look
 * things up as the kernel does in its tables, without a socket.
 */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pin/sockaddr.h"

enum { HOST_LO = 1, HOST_ETH0 = 2, HOST_WLAN0 = 3, HOST_DEVICES = 4 };

struct host {
	bool is_privileged;   /* the program has CAP_NET_RAW */
	bool routes_localnet; /* net.ipv4.conf.all.route_localnet */
	bool has_lost_wlan0;  /* wlan0 has no address any more, and IPv4 no route by it */
	struct ip link_local[HOST_DEVICES];
};

extern struct host host;

struct host_address {
	const char *text;
	unsigned int device;
};

/* The i-th address of this host, without link-local ones; false if there is none. */
bool host_address_at(size_t i, struct ip *ret_ip, unsigned int *ret_device);

/* IPv4 addresses are numbers in host byte order. */
uint32_t host_v4(const struct ip *ip);
struct ip host_ip(uint32_t v4);

/* The device that has the address (127.0.0.0/8: lo), or 0. */
unsigned int host_device_of_v4(uint32_t v4);
unsigned int host_device_of(const struct ip *ip);

/* What inet_addr_type() makes of an address; HOST_UNICAST: it is not of this host. */
enum host_type { HOST_UNICAST, HOST_LOCAL, HOST_BROADCAST, HOST_MULTICAST };
enum host_type host_type_of_v4(uint32_t v4);

/* inet_select_addr(): a source for device of at most that scope. */
enum host_scope { HOST_SCOPE_UNIVERSE, HOST_SCOPE_LINK, HOST_SCOPE_HOST };
uint32_t host_source_v4(unsigned int device, enum host_scope scope);

/* ipv6_dev_get_saddr(); false: there is none. */
bool host_source_v6(unsigned int device, const struct ip *to, struct ip *ret_source);

/*
 * The routing tables: the device by which a packet to an address leaves, or 0. If oif is not 0,
 * only that device counts. ret_type is the route's type.
 */
unsigned int host_route_v4(uint32_t to, unsigned int oif, enum host_type *ret_type);
unsigned int host_route_v6(const struct ip *to, unsigned int oif, bool is_strict,
			   bool *ret_is_local);

bool host_is_mapped(const struct ip *ip);
bool host_is_link_scoped(const struct ip *ip); /* __ipv6_addr_needs_scope_id() */

#endif
