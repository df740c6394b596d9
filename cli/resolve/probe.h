/* SPDX-License-Identifier: MIT */
/*
 * Finds out what this kernel allows, by trying it on a socket that is closed again. No packet is
 * sent and no port stays taken.
 */
#ifndef BINDTO_PROBE_H
#define BINDTO_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "pin/setting.h"
#include "pin/sockaddr.h"

/* Can a datagram socket be made? Returns 0 or -errno. */
int probe_datagram(void);

/*
 * Does another bindto that runs this one hold the mark of each socket? It lets a socket keep the mark
 * that it has. The kernel does not if the capability is missing.
 */
bool probe_holds_mark(void);

/* Can a socket be bound to ip? Returns 0 or -errno; -EADDRNOTAVAIL if this host lacks it. */
int probe_address(const struct ip *ip, uint32_t scope);

/*
 * Can a socket with IP_FREEBIND send from ip? Returns 0 or -errno; -EINVAL or
 * -ENETUNREACH if ip is of IPv4 and this host has no local route for it. IPv6 sends without one, but the answers do not arrive.
 */
int probe_free_address(const struct ip *ip);

/* Can this process bind a socket to the interface? Returns 0 or -errno. */
int probe_device(unsigned int ifindex);

/* Returns the number of this process's network namespace, as sys_network() does. */
uint32_t probe_network(void);

/* Does the kernel know IP_LOCAL_PORT_RANGE (Linux 6.3)? */
bool probe_port_range(uint16_t low, uint16_t high);

/*
 * Can a socket of this domain and type be made with the settings? Returns 0 or -errno. A family
 * that this host lacks has no sockets that could fail: 0.
 */
int probe_settings(const struct pin_settings *settings, int domain, int type);

/* May packets from 127.0.0.1 leave by some interface (route_localnet in ip-sysctl.rst)? */
bool probe_localnet(void);

#endif
