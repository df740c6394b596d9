/* SPDX-License-Identifier: MIT */
/*
 * What the Linux kernel does with one IPv4 or IPv6 socket, if it decides from which address and by
 * which interface a packet leaves: net/ipv4/af_inet.c, datagram.c, udp.c, ping.c, raw.c,
 * route.c and their IPv6 counterparts, as of Linux 6.18. Each call returns 0 or -errno as the
 * system call does; what leaves the host is noted in model_packets. tests/model.bats compares the
 * model with the kernel that it runs on.
 */
#ifndef MODEL_KERNEL_H
#define MODEL_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "host.h"
#include "pin/sockaddr.h"

enum model_kind { MODEL_STREAM, MODEL_DGRAM, MODEL_PING, MODEL_RAW };
enum model_state { MODEL_CLOSED, MODEL_CONNECTED, MODEL_LISTENING };

/* The port that the kernel chooses without a range. PORT_RAW: a raw socket's protocol. */
enum { MODEL_PORT_AUTO = 50000, MODEL_PORT_LOW = 32768, MODEL_PORT_HIGH = 60999 };

/* The route that a connected socket has found (sk_dst_cache). */
struct model_route {
	uint8_t device;
	bool is_local; /* the packet stays on this host */
	bool is_broadcast, is_group;
};

/* States are compared byte by byte, padding too: only model_socket() makes a socket. */
struct model_socket {
	sa_family_t family;
	uint8_t kind, state;
	bool v6only, is_portless, may_broadcast, is_shut;
	bool speaks_v4; /* an IPv6 stream that has had a mapped peer: ipv6_mapped for good */
	bool has_address_lock, has_port_lock, has_route, has_hop, has_name;
	uint8_t device, unicast_v4, unicast_v6, multicast_v4, multicast_v6, sticky;
	uint16_t number; /* inet_num: 0 while no port is taken */
	uint16_t shown;  /* inet_sport, which getsockname(2) tells */
	uint16_t peer_port, range_low, range_high;
	uint32_t source_v4, bound_v4, peer_v4, group_source;
	struct ip source, bound, peer;          /* IPv6: np->saddr, sk_v6_rcv_saddr, sk_v6_daddr */
	struct ip hop;                          /* of a routing header */
	uint32_t flow_source, flow_destination; /* of IPv4's last connect (inet->cork.fl) */
	struct model_route route;
};

struct model_packet {
	unsigned int uplink;
	struct ip source, destination;
	uint16_t port, to_port; /* 0 if the socket has no ports */
};

/* IP_PKTINFO and IPV6_PKTINFO of one sendmsg(2). */
struct model_control {
	bool has_v4, has_v6;
	unsigned int device;
	struct ip source;
};

enum { MODEL_PACKETS_MAX = 32 };
extern struct model_packet model_packets[MODEL_PACKETS_MAX];
extern unsigned int model_packet_count;
extern uint16_t model_to_port; /* the peer's port of the call that is being made */

int model_socket(struct model_socket *socket, int domain, enum model_kind kind);
int model_bind(struct model_socket *socket, const struct endpoint *at);
int model_connect(struct model_socket *socket, const struct endpoint *peer);
int model_listen(struct model_socket *socket);
int model_shutdown(struct model_socket *socket);
/* peer and control may be NULL; flags: MSG_FASTOPEN counts. */
int model_send(struct model_socket *socket, const struct endpoint *peer,
	       const struct model_control *control, int flags);
int model_setsockopt(struct model_socket *socket, int level, int name, const void *value,
		     socklen_t length);
int model_getsockopt(const struct model_socket *socket, int level, int name, int *ret_value);
void model_getsockname(const struct model_socket *socket, struct endpoint *ret_name);
int model_getpeername(const struct model_socket *socket, struct endpoint *ret_peer);

/* What the calls share. */
int model_autobind(struct model_socket *socket);
void model_take_port(struct model_socket *socket, uint16_t asked);
void model_forget_address(struct model_socket *socket);
void model_disconnect(struct model_socket *socket);
int model_connect_v4(struct model_socket *socket, uint32_t peer, uint16_t port);
void model_leaves(const struct model_socket *socket, const struct model_route *route,
		  const struct ip *source, const struct ip *destination);

/* A packet's way: in goes what is known, out come the source and the route. */
struct flow_v4 {
	uint32_t source, destination;
	unsigned int oif;
	struct model_route route;
};

struct flow_v6 {
	struct ip source, destination;
	unsigned int oif;
	struct model_route route;
};

int flow_v4_route(struct flow_v4 *flow);
/* Fills in what the options of the socket choose, if the flow has no device (or source) yet. */
void flow_v4_choose(const struct model_socket *socket, struct flow_v4 *flow);
int flow_v6_route(const struct model_socket *socket, struct flow_v6 *flow);

#endif
