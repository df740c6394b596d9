/* SPDX-License-Identifier: MIT */
/* sendmsg(2): udp_sendmsg(), udpv6_sendmsg(), ping_*_sendmsg(), raw_sendmsg(), rawv6_sendmsg(),
 * TCP. */
#include <errno.h>
#include <netinet/in.h>

#include "kernel.h"

static bool is_any(const struct ip *ip)
{
	return ip_equal(ip, &IP_V6_WILDCARD);
}

/*
 * A connected IPv4 socket sends by the route that it has found, with the addresses of the last
 * connect, even if that failed.
 */
static int route_v4(struct model_socket *socket, bool is_connected, struct flow_v4 *flow)
{
	if (is_connected && socket->has_route) {
		flow->route = socket->route;
		flow->source = socket->flow_source;
		flow->destination = socket->flow_destination;
		return 0;
	}
	int r = flow_v4_route(flow);
	if (r == 0 && flow->route.is_broadcast && !socket->may_broadcast)
		r = -EACCES;
	if (r == 0 && is_connected) {
		socket->has_route = true;
		socket->route = flow->route;
	}
	return r;
}

static int send_v4(struct model_socket *socket, uint32_t to, bool is_connected,
		   const struct model_control *control)
{
	struct flow_v4 flow = {
		.source = socket->source_v4, .destination = to, .oif = socket->device};
	bool is_udp_v6 = socket->family == AF_INET6 && socket->kind == MODEL_DGRAM;
	if (control != NULL) {
		is_connected = false;
		if (control->has_v6 && is_udp_v6 && !host_is_mapped(&control->source))
			return -EINVAL;
		if (control->has_v4 || (control->has_v6 && is_udp_v6)) {
			flow.source = host_v4(&control->source);
			if (control->device != 0)
				flow.oif = control->device;
		}
	}
	if (to >> 28 == 0xe)
		is_connected = false;
	flow_v4_choose(socket, &flow);
	/* Ping and raw sockets look the route up each time. */
	int r = route_v4(socket, is_connected && socket->kind == MODEL_DGRAM, &flow);
	if (r < 0)
		return r;
	if (socket->is_shut && socket->kind != MODEL_RAW) /* raw: sock_wmalloc() lets it by */
		return -EPIPE;
	struct ip source = host_ip(flow.source), destination = host_ip(flow.destination);
	model_leaves(socket, &flow.route, &source, &destination);
	return 0;
}

/* IPV6_PKTINFO: ip6_datagram_send_ctl() */
static int control_v6(const struct model_socket *socket, const struct model_control *control,
		      struct flow_v6 *flow)
{
	bool is_narrow = host_is_link_scoped(&control->source) || ip_is_loopback(&control->source);
	unsigned int of = host_device_of(&control->source);
	if (control->device != 0) {
		if (flow->oif != 0 && control->device != flow->oif &&
		    (socket->device != flow->oif ||
		     (socket->device != 0 && socket->device != control->device)))
			return -EINVAL;
		flow->oif = control->device;
	}
	if (is_any(&control->source))
		return 0;
	if (of == 0 || host_is_mapped(&control->source) ||
	    (is_narrow && flow->oif != of &&
	     (flow->oif != 0 || host_is_link_scoped(&control->source))))
		return -EINVAL;
	flow->source = control->source;
	return 0;
}

/* ip6_sk_dst_check(): the route of a connected socket is good for each datagram to its peer. */
static bool has_route_for(const struct model_socket *socket, const struct flow_v6 *flow,
			  const struct ip *to)
{
	return socket->kind != MODEL_RAW && socket->has_route && socket->state == MODEL_CONNECTED &&
	       ip_equal(to, &socket->peer) && !host_is_mapped(&socket->peer) &&
	       ip_equal(&flow->source, &socket->source) && /* CONFIG_IPV6_SUBTREES */
	       (flow->oif == 0 || flow->oif == socket->route.device);
}

static int send_v6_by(struct model_socket *socket, struct flow_v6 *flow, const struct ip *to,
		      bool is_connected)
{
	bool may_hop = socket->has_hop && socket->kind != MODEL_PING;
	int r = 0;
	if (is_any(&flow->source))
		flow->source = socket->source;
	flow->destination = may_hop ? socket->hop : *to;
	if (flow->oif == 0)
		flow->oif = flow->destination.bytes[0] == 0xff ? socket->multicast_v6
							       : socket->unicast_v6;
	if (has_route_for(socket, flow, &flow->destination))
		flow->route = socket->route;
	else
		r = flow_v6_route(socket, flow);
	if (r < 0)
		return r;
	if (is_connected && !may_hop && socket->kind == MODEL_DGRAM) {
		socket->has_route = true;
		socket->route = flow->route;
	}
	if (socket->is_shut && socket->kind != MODEL_RAW) /* raw: sock_wmalloc() lets it by */
		return -EPIPE;
	model_leaves(socket, &flow->route, &flow->source, &flow->destination);
	return 0;
}

static int send_v6(struct model_socket *socket, const struct endpoint *peer,
		   const struct model_control *control)
{
	bool is_connected = peer == NULL && control == NULL;
	struct ip to = peer == NULL ? socket->peer : peer->ip;
	struct flow_v6 flow = {.oif = 0};
	if (peer != NULL && host_is_link_scoped(&to))
		flow.oif = peer->scope;
	if (is_any(&to) && socket->kind != MODEL_PING) /* which goes by the table to :: */
		to = IP_V6_LOOPBACK;
	if (flow.oif == 0)
		flow.oif = socket->device;
	if (flow.oif == 0 && socket->kind != MODEL_RAW)
		flow.oif = socket->sticky;
	if (socket->kind == MODEL_PING) {
		if (flow.oif == 0)
			flow.oif = to.bytes[0] == 0xff ? socket->multicast_v6 : socket->unicast_v6;
		if (host_is_mapped(&to) || (host_is_link_scoped(&to) && flow.oif == 0) ||
		    (flow.oif != 0 && socket->device != 0 && flow.oif != socket->device))
			return -EINVAL;
	}
	if (control != NULL && control->has_v6) {
		int r = control_v6(socket, control, &flow);
		if (r < 0)
			return r;
		if (socket->kind == MODEL_PING)
			flow.source = IP_V6_WILDCARD; /* only the device is taken over */
	}
	return send_v6_by(socket, &flow, &to, is_connected);
}

static int send_udp_v6(struct model_socket *socket, const struct endpoint *peer,
		       const struct model_control *control)
{
	struct ip to;
	if (peer != NULL && peer->family == AF_UNSPEC)
		peer = NULL;
	if (peer == NULL && socket->state != MODEL_CONNECTED)
		return -EDESTADDRREQ;
	to = peer != NULL ? peer->ip : socket->peer;
	if (peer != NULL && peer->family == AF_INET6 && is_any(&to) &&
	    host_is_mapped(&socket->source))
		to = IP_V4_LOOPBACK;
	if (host_is_mapped(&to)) {
		if (socket->v6only)
			return -ENETUNREACH;
		uint16_t port = peer != NULL ? peer->port : socket->peer_port;
		/* A mapped peer is passed on by name, never by the connected socket's quick way. */
		return port == 0 ? -EINVAL : send_v4(socket, host_v4(&to), false, control);
	}
	if (peer != NULL && peer->port == 0)
		return -EINVAL;
	return send_v6(socket, peer, control);
}

static int send_stream(struct model_socket *socket, const struct endpoint *peer, int flags)
{
	if (flags & MSG_FASTOPEN) {
		if (peer == NULL)
			return socket->state == MODEL_CLOSED ? -EINVAL : -EISCONN;
		return peer->family == AF_UNSPEC ? -EOPNOTSUPP : model_connect(socket, peer);
	}
	if (socket->state != MODEL_CONNECTED || socket->is_shut)
		return -EPIPE;
	bool is_v4 = socket->family == AF_INET || socket->speaks_v4;
	struct flow_v4 v4 = {socket->source_v4, socket->peer_v4, socket->device, {.device = 0}};
	struct flow_v6 v6 = {socket->source,
			     socket->has_hop ? socket->hop : socket->peer,
			     socket->device,
			     {.device = 0}};
	int r = is_v4 ? flow_v4_route(&v4) : flow_v6_route(socket, &v6);
	if (r < 0)
		return 0; /* it is queued, and leaves when there is a route */
	if (is_v4) {
		v6.source = host_ip(v4.source);
		v6.destination = host_ip(v4.destination);
	}
	model_leaves(socket, is_v4 ? &v4.route : &v6.route, &v6.source, &v6.destination);
	return 0;
}

static int send_to_v4(struct model_socket *socket, const struct endpoint *peer,
		      const struct model_control *control)
{
	bool is_udp = socket->kind == MODEL_DGRAM;
	if (peer == NULL) {
		if (socket->state != MODEL_CONNECTED)
			return -EDESTADDRREQ;
		return send_v4(socket, socket->peer_v4, true, control);
	}
	if (peer->family != AF_INET && (peer->family != AF_UNSPEC || socket->kind == MODEL_PING))
		return -EAFNOSUPPORT;
	if (is_udp && peer->port == 0)
		return -EINVAL;
	return send_v4(socket, host_v4(&peer->ip), false, control);
}

int model_send(struct model_socket *socket, const struct endpoint *peer,
	       const struct model_control *control, int flags)
{
	model_to_port = peer != NULL ? peer->port : socket->peer_port;
	if (socket->kind == MODEL_STREAM)
		return send_stream(socket, peer, flags);
	if (socket->kind != MODEL_RAW)
		(void)model_autobind(socket);
	if (socket->family == AF_INET)
		return send_to_v4(socket, peer, control);
	if (socket->kind == MODEL_DGRAM)
		return send_udp_v6(socket, peer, control);
	if (peer != NULL && peer->family != AF_INET6)
		return peer->family == AF_INET ? -EINVAL : -EAFNOSUPPORT;
	if (peer == NULL && socket->state != MODEL_CONNECTED)
		return -EDESTADDRREQ;
	return send_v6(socket, peer, control);
}
