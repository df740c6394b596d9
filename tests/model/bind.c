/* SPDX-License-Identifier: MIT */
/* bind(2): __inet_bind(), __inet6_bind(), ping_bind(), raw_bind(), rawv6_bind(). */
#include <errno.h>
#include <netinet/in.h>

#include "kernel.h"

#define LOOPBACK4_IPV6                                                                             \
	0x7f000006U /* an IPv6 socket's IPv4 address when it is bound to an IPv6 one */

static bool is_any(const struct ip *ip)
{
	return ip_equal(ip, &IP_V6_WILDCARD);
}

static bool is_group(const struct ip *ip)
{
	return ip->bytes[0] == 0xff;
}

/* inet_addr_valid_or_nonlocal() */
static bool can_bind_v4(uint32_t v4)
{
	return v4 == 0 || host_type_of_v4(v4) != HOST_UNICAST;
}

/* ipv6_chk_addr(): addresses of link and host scope must be the device's. */
static bool has_address(const struct ip *ip, unsigned int device, bool is_strict)
{
	unsigned int of = host_device_of(ip);
	bool is_narrow = host_is_link_scoped(ip) || ip_is_loopback(ip) || is_strict;
	return of != 0 && !ip_is_v4(ip) && (device == 0 || !is_narrow || of == device);
}

static bool is_taken(const struct model_socket *socket)
{
	return socket->state != MODEL_CLOSED || socket->number != 0;
}

/* The rest of a bind, when the address is set. */
static void take_port(struct model_socket *socket, uint16_t port, bool is_address)
{
	bool is_portless = socket->is_portless && socket->kind != MODEL_PING;
	if (port != 0 || !is_portless)
		model_take_port(socket, port);
	socket->has_address_lock = socket->has_address_lock || is_address;
	socket->has_port_lock = socket->has_port_lock || port != 0;
	socket->shown = socket->number;
	socket->peer_v4 = 0;
	socket->peer_port = 0;
	socket->has_route = false;
}

static int bind_v4(struct model_socket *socket, const struct endpoint *at)
{
	uint32_t v4 = host_v4(&at->ip);
	enum host_type type = host_type_of_v4(v4);
	if (at->family == AF_INET6 && socket->kind == MODEL_RAW)
		v4 = 0; /* raw_bind() minds no family: this is sin6_flowinfo */
	else if (at->family != AF_INET && (at->family != AF_UNSPEC || v4 != 0) &&
		 socket->kind != MODEL_RAW)
		return -EAFNOSUPPORT;
	if (socket->kind == MODEL_RAW && socket->state != MODEL_CLOSED)
		return -EINVAL;
	if (socket->kind == MODEL_PING && v4 != 0 && type != HOST_LOCAL)
		return -EADDRNOTAVAIL;
	if (!can_bind_v4(v4))
		return -EADDRNOTAVAIL;
	if (socket->kind != MODEL_RAW && is_taken(socket))
		return -EINVAL;
	socket->bound_v4 = socket->source_v4 = v4;
	if (v4 != 0 && (type == HOST_MULTICAST || type == HOST_BROADCAST))
		socket->source_v4 = 0;
	if (socket->kind != MODEL_RAW)
		take_port(socket, at->port, v4 != 0);
	socket->has_route = false;
	return 0;
}

/* The device that a scope names is taken over at once, whatever becomes of the bind. */
static int take_scope(struct model_socket *socket, const struct endpoint *at)
{
	if (!host_is_link_scoped(&at->ip))
		return 0;
	if (at->scope != 0)
		socket->device = (uint8_t)at->scope;
	return socket->device == 0 ? -EINVAL : 0;
}

static void set_v6(struct model_socket *socket, const struct ip *ip, uint32_t v4)
{
	socket->bound_v4 = socket->source_v4 = v4;
	socket->bound = *ip;
	if (!is_group(ip))
		socket->source = *ip;
}

static int check_v6(struct model_socket *socket, const struct endpoint *at)
{
	if (is_any(&at->ip))
		return 0;
	int r = take_scope(socket, at);
	if (r == 0 && !is_group(&at->ip) && !has_address(&at->ip, socket->device, false))
		r = -EADDRNOTAVAIL;
	return r;
}

static int bind_raw_v6(struct model_socket *socket, const struct endpoint *at)
{
	if (at->family != AF_INET6)
		return -EINVAL;
	if (host_is_mapped(&at->ip))
		return -EADDRNOTAVAIL;
	if (socket->state != MODEL_CLOSED)
		return -EINVAL;
	int r = check_v6(socket, at);
	if (r == 0)
		set_v6(socket, &at->ip, is_any(&at->ip) ? 0 : LOOPBACK4_IPV6);
	return r;
}

static int bind_ping_v6(struct model_socket *socket, const struct endpoint *at)
{
	bool is_scoped = host_is_link_scoped(&at->ip);
	unsigned int device = at->scope != 0 ? at->scope : socket->device;
	if (at->family != AF_INET6)
		return at->family == AF_INET ? -EINVAL : -EAFNOSUPPORT;
	if (host_is_mapped(&at->ip) || is_group(&at->ip) || (is_scoped && at->scope == 0))
		return -EINVAL;
	if (!is_any(&at->ip) && !has_address(&at->ip, device, is_scoped))
		return -EADDRNOTAVAIL;
	if (is_scoped)
		socket->device = (uint8_t)at->scope;
	if (socket->number != 0)
		return -EINVAL;
	socket->source = socket->bound = at->ip;
	take_port(socket, at->port, !is_any(&at->ip));
	return 0;
}

static int bind_v6(struct model_socket *socket, const struct endpoint *at)
{
	bool is_mapped = host_is_mapped(&at->ip);
	bool was_v6only = socket->v6only;
	uint32_t v4 = is_mapped ? host_v4(&at->ip) : is_any(&at->ip) ? 0 : LOOPBACK4_IPV6;
	int r = 0;
	if (at->family == AF_INET)
		return -EINVAL; /* 16 bytes are too short */
	if (at->family != AF_INET6)
		return -EAFNOSUPPORT;
	if (is_group(&at->ip) && socket->kind == MODEL_STREAM)
		return -EINVAL;
	if (is_taken(socket))
		return -EINVAL;
	if (is_mapped && socket->v6only)
		r = -EINVAL;
	else if (is_mapped && !can_bind_v4(v4))
		r = -EADDRNOTAVAIL;
	else if (!is_mapped)
		r = check_v6(socket, at);
	if (r < 0)
		return r;
	set_v6(socket, &at->ip, v4);
	socket->v6only = was_v6only || (!is_any(&at->ip) && !is_mapped);
	take_port(socket, at->port, !is_any(&at->ip));
	return 0;
}

int model_bind(struct model_socket *socket, const struct endpoint *at)
{
	if (socket->family == AF_INET)
		return bind_v4(socket, at);
	if (socket->kind == MODEL_RAW)
		return bind_raw_v6(socket, at);
	if (socket->kind == MODEL_PING)
		return bind_ping_v6(socket, at);
	return bind_v6(socket, at);
}
