/* SPDX-License-Identifier: MIT */
/* A socket's making, its names, and what becomes of its port and its peer. */
#include "kernel.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

struct model_packet model_packets[MODEL_PACKETS_MAX];
unsigned int model_packet_count;
uint16_t model_to_port;

int model_socket(struct model_socket *socket, int domain, enum model_kind kind)
{
	memset(socket, 0, sizeof(*socket)); /* the padding too */
	socket->family = (sa_family_t)domain;
	socket->kind = (uint8_t)kind;
	if (kind == MODEL_RAW) /* inet_create(): its protocol, of ICMP here */
		socket->number = socket->shown = domain == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	socket->v6only = kind == MODEL_PING && domain == AF_INET6; /* ping_init_sock() */
	return kind == MODEL_RAW && !host.is_privileged ? -EPERM : 0;
}

/* ip6_finish_output2(): a group of the scope of this host or of one interface stays on lo. */
static bool stays_inside(const struct ip *to)
{
	return to->bytes[0] == 0xff && (to->bytes[1] & 0x0f) <= 1;
}

void model_leaves(const struct model_socket *socket, const struct model_route *route,
		  const struct ip *source, const struct ip *destination)
{
	if (stays_inside(destination) || route->is_local || route->device == HOST_LO ||
	    model_packet_count >= MODEL_PACKETS_MAX)
		return;
	bool has_port = socket->kind == MODEL_STREAM || socket->kind == MODEL_DGRAM;
	model_packets[model_packet_count++] = (struct model_packet){
		.uplink = route->device,
		.source = *source,
		.destination = *destination,
		.port = has_port ? socket->number : 0,
		.to_port = has_port ? model_to_port : 0,
	};
}

/* get_port(): asked is 0 for the kernel's choice, within the socket's range if it has one. */
void model_take_port(struct model_socket *socket, uint16_t asked)
{
	uint16_t low = socket->range_low, high = socket->range_high;
	bool is_ping = socket->kind == MODEL_PING;
	socket->number = asked != 0 ? asked : MODEL_PORT_AUTO;
	if (asked != 0 || is_ping)
		return;
	if (low > MODEL_PORT_LOW && low <= MODEL_PORT_HIGH)
		socket->number = low;
	else if (high >= MODEL_PORT_LOW && high < MODEL_PORT_HIGH)
		socket->number = high;
}

int model_autobind(struct model_socket *socket)
{
	if (socket->number != 0)
		return 0;
	model_take_port(socket, 0);
	socket->shown = socket->number;
	return 0;
}

/* inet_reset_saddr() */
void model_forget_address(struct model_socket *socket)
{
	socket->bound_v4 = socket->source_v4 = 0;
	if (socket->family == AF_INET6)
		socket->source = socket->bound = IP_V6_WILDCARD;
}

static void disconnect_stream(struct model_socket *socket)
{
	bool was_closed = socket->state == MODEL_CLOSED;
	socket->state = MODEL_CLOSED;
	socket->peer_port = 0;
	socket->is_shut = false;
	socket->has_route = false;
	if (!socket->has_address_lock)
		model_forget_address(socket);
	if (!socket->has_port_lock && !was_closed)
		socket->number = 0; /* inet_put_port(); getsockname(2) goes on to tell it */
}

/* __udp_disconnect(), which ping and raw sockets have as well, and tcp_disconnect() */
void model_disconnect(struct model_socket *socket)
{
	if (socket->kind == MODEL_STREAM) {
		disconnect_stream(socket);
		return;
	}
	socket->state = MODEL_CLOSED;
	socket->peer_v4 = 0;
	socket->peer_port = 0;
	socket->device = 0;
	socket->has_route = false;
	if (!socket->has_address_lock)
		model_forget_address(socket);
	if (!socket->has_port_lock) {
		socket->shown = 0;
		if (socket->kind != MODEL_RAW)
			socket->number = 0;
	}
}

int model_listen(struct model_socket *socket)
{
	if (socket->kind != MODEL_STREAM)
		return -EOPNOTSUPP;
	if (socket->state == MODEL_CONNECTED)
		return -EINVAL;
	int r = model_autobind(socket);
	if (r == 0)
		socket->state = MODEL_LISTENING;
	return r;
}

int model_shutdown(struct model_socket *socket)
{
	socket->is_shut = true;
	return socket->state == MODEL_CLOSED ? -ENOTCONN : 0;
}

static uint32_t scope_of(const struct model_socket *socket, const struct ip *ip)
{
	bool is_link_local = ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
	return host_is_link_scoped(ip) || is_link_local ? socket->device : 0;
}

void model_getsockname(const struct model_socket *socket, struct endpoint *ret_name)
{
	struct endpoint name = {.family = socket->family, .port = socket->shown};
	if (socket->family == AF_INET) {
		name.ip = host_ip(socket->bound_v4 != 0 ? socket->bound_v4 : socket->source_v4);
	} else {
		bool any = ip_equal(&socket->bound, &IP_V6_WILDCARD);
		name.ip = any ? socket->source : socket->bound;
		name.scope = scope_of(socket, &name.ip);
	}
	*ret_name = name;
}

int model_getpeername(const struct model_socket *socket, struct endpoint *ret_peer)
{
	struct endpoint peer = {.family = socket->family, .port = socket->peer_port};
	if (socket->state != MODEL_CONNECTED || socket->peer_port == 0)
		return -ENOTCONN;
	peer.ip = socket->family == AF_INET ? host_ip(socket->peer_v4) : socket->peer;
	if (socket->family == AF_INET6)
		peer.scope = scope_of(socket, &peer.ip);
	*ret_peer = peer;
	return 0;
}
