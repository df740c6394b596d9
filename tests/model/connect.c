/* SPDX-License-Identifier: MIT */
/* connect(2): __ip4_datagram_connect(), __ip6_datagram_connect(), tcp_v4_connect(),
 * tcp_v6_connect(). */
#include <errno.h>
#include <netinet/in.h>

#include "kernel.h"

#define LOOPBACK4_IPV6 0x7f000006U

static bool is_any(const struct ip *ip)
{
	return ip_equal(ip, &IP_V6_WILDCARD);
}

static bool is_any_of_both(const struct ip *ip)
{
	return is_any(ip) || ip_equal(ip, &IP_V4_WILDCARD);
}

static void syn_v4(const struct model_socket *socket, const struct flow_v4 *flow)
{
	struct ip source = host_ip(flow->source), to = host_ip(flow->destination);
	model_leaves(socket, &flow->route, &source, &to);
}

/*
 * What has had a mapped peer goes on to send by ip_queue_xmit(), to that peer, even when it is
 * connected to one of IPv6 by now: tcp_v6_connect() never takes ipv6_mapped back.
 */
static void syn_to_last_v4(const struct model_socket *socket)
{
	struct flow_v4 flow = {
		.source = socket->source_v4, .destination = socket->peer_v4, .oif = socket->device};
	if (flow_v4_route(&flow) == 0)
		syn_v4(socket, &flow);
}

/* ip_route_connect(): what was chosen in a first look is looked up once more. */
static int route_for_connect(struct flow_v4 *flow)
{
	unsigned int oif = flow->oif;
	if (flow->destination == 0 || flow->source == 0) {
		int r = flow_v4_route(flow);
		if (r < 0)
			return r;
		flow->oif = oif;
	}
	return flow_v4_route(flow);
}

static int connect_stream_v4(struct model_socket *socket, uint32_t peer, uint16_t port)
{
	struct flow_v4 flow = {
		.source = socket->source_v4, .destination = peer, .oif = socket->device};
	int r = route_for_connect(&flow);
	if (r < 0)
		return r;
	if (flow.route.is_broadcast || flow.route.is_group)
		return -ENETUNREACH;
	socket->source_v4 = socket->bound_v4 = flow.source;
	if (socket->family == AF_INET6) {
		socket->bound = host_ip(flow.source);
		socket->peer = host_ip(flow.destination);
	}
	socket->peer_v4 = flow.destination;
	socket->peer_port = port;
	socket->state = MODEL_CONNECTED;
	(void)model_autobind(socket); /* which cannot fail here */
	socket->shown = socket->number;
	syn_v4(socket, &flow);
	return 0;
}

int model_connect_v4(struct model_socket *socket, uint32_t peer, uint16_t port)
{
	struct flow_v4 flow = {
		.source = socket->source_v4, .destination = peer, .oif = socket->device};
	flow_v4_choose(socket, &flow);
	socket->has_route = false;
	int r = route_for_connect(&flow);
	socket->flow_source = flow.source;
	socket->flow_destination = flow.destination;
	if (r < 0)
		return r;
	if (flow.route.is_broadcast && !socket->may_broadcast)
		return -EACCES;
	socket->peer_v4 = flow.destination;
	socket->peer_port = port;
	if (socket->source_v4 == 0)
		socket->source_v4 = flow.source;
	if (socket->bound_v4 == 0)
		socket->bound_v4 = flow.source;
	socket->state = MODEL_CONNECTED;
	socket->has_route = true;
	socket->route = flow.route;
	return 0;
}

/* The device that a link-local peer's scope names, if the socket has no other. */
static int take_scope(struct model_socket *socket, const struct endpoint *peer)
{
	if (peer->scope != 0) {
		if (socket->device != 0 && socket->device != peer->scope)
			return -EINVAL;
		socket->device = (uint8_t)peer->scope;
	}
	if (socket->device == 0 && peer->ip.bytes[0] == 0xff)
		socket->device = socket->multicast_v6;
	return socket->device == 0 ? -EINVAL : 0;
}

static int connect_mapped(struct model_socket *socket, const struct ip *ip, uint16_t port)
{
	int r = model_connect_v4(socket, host_v4(ip), port);
	if (r < 0)
		return r;
	socket->peer = host_ip(socket->peer_v4);
	if (is_any_of_both(&socket->source))
		socket->source = host_ip(socket->source_v4);
	if (is_any_of_both(&socket->bound))
		socket->bound = host_ip(socket->bound_v4);
	return 0;
}

static int update_route(struct model_socket *socket, const struct ip *peer)
{
	struct flow_v6 flow = {
		.source = socket->source, .destination = *peer, .oif = socket->device};
	if (socket->has_hop)
		flow.destination = socket->hop;
	if (flow.oif == 0)
		flow.oif = socket->sticky;
	if (flow.oif == 0)
		flow.oif = peer->bytes[0] == 0xff ? socket->multicast_v6 : socket->unicast_v6;
	int r = flow_v6_route(socket, &flow);
	if (r < 0)
		return r;
	if (is_any(&socket->source))
		socket->source = flow.source;
	if (is_any(&socket->bound)) {
		socket->bound = flow.source;
		socket->bound_v4 = LOOPBACK4_IPV6;
	}
	socket->route = flow.route;
	socket->has_route = true;
	return 0;
}

static struct ip self_of(const struct model_socket *socket)
{
	return host_is_mapped(&socket->bound) ? IP_V4_LOOPBACK : IP_V6_LOOPBACK;
}

static int connect_datagram_v6(struct model_socket *socket, const struct endpoint *peer)
{
	struct ip ip = is_any(&peer->ip) ? self_of(socket) : peer->ip;
	if (peer->family == AF_INET) {
		if (socket->kind != MODEL_DGRAM || socket->v6only)
			return -EAFNOSUPPORT;
		return connect_mapped(socket, &ip, peer->port);
	}
	if (host_is_mapped(&ip))
		return socket->v6only ? -ENETUNREACH : connect_mapped(socket, &ip, peer->port);
	int r = host_is_link_scoped(&ip) ? take_scope(socket, peer) : 0;
	if (r == 0)
		r = update_route(socket, &ip);
	if (r < 0)
		return r;
	socket->peer = ip;
	socket->peer_port = peer->port;
	socket->state = MODEL_CONNECTED;
	return 0;
}

static int connect_stream_v6(struct model_socket *socket, const struct endpoint *peer)
{
	struct ip ip = is_any(&peer->ip) ? self_of(socket) : peer->ip;
	struct flow_v6 flow = {.source = socket->bound};
	if (peer->family != AF_INET6)
		return peer->family == AF_INET ? -EINVAL : -EAFNOSUPPORT;
	if (ip.bytes[0] == 0xff)
		return -ENETUNREACH;
	int r = host_is_link_scoped(&ip) ? take_scope(socket, peer) : 0;
	if (r < 0)
		return r;
	socket->peer = ip;
	if (host_is_mapped(&ip)) {
		if (socket->v6only)
			return -ENETUNREACH;
		r = connect_stream_v4(socket, host_v4(&ip), peer->port);
		socket->speaks_v4 = r == 0;
		if (r == 0)
			socket->source = socket->bound;
		return r;
	}
	if (is_any(&flow.source))
		flow.source = socket->source;
	flow.destination = socket->has_hop ? socket->hop : ip;
	flow.oif = socket->device;
	r = flow_v6_route(socket, &flow);
	if (r < 0)
		return r;
	socket->source = socket->bound = flow.source;
	socket->bound_v4 = LOOPBACK4_IPV6;
	socket->peer_port = peer->port;
	socket->state = MODEL_CONNECTED;
	(void)model_autobind(socket);
	socket->shown = socket->number;
	if (socket->speaks_v4)
		syn_to_last_v4(socket);
	else
		model_leaves(socket, &flow.route, &flow.source, &flow.destination);
	return 0;
}

static int connect_v4(struct model_socket *socket, const struct endpoint *peer)
{
	uint32_t to = host_v4(&peer->ip);
	if (peer->family != AF_INET)
		return -EAFNOSUPPORT;
	return socket->kind == MODEL_STREAM ? connect_stream_v4(socket, to, peer->port)
					    : model_connect_v4(socket, to, peer->port);
}

int model_connect(struct model_socket *socket, const struct endpoint *peer)
{
	if (peer->family == AF_UNSPEC) {
		model_disconnect(socket);
		return 0;
	}
	model_to_port = peer->port;
	if (socket->kind == MODEL_STREAM && socket->state != MODEL_CLOSED)
		return -EISCONN;
	if (socket->kind != MODEL_STREAM)
		(void)model_autobind(socket);
	if (socket->family == AF_INET)
		return connect_v4(socket, peer);
	return socket->kind == MODEL_STREAM ? connect_stream_v6(socket, peer)
					    : connect_datagram_v6(socket, peer);
}
