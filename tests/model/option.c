/* SPDX-License-Identifier: MIT */
/* setsockopt(2) and getsockopt(2): the options that decide about sources and ways. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "kernel.h"
#include "pin/kernel_constants.h"

static int set_device(struct model_socket *socket, int device)
{
	if (socket->device != 0 && !host.is_privileged)
		return -EPERM;
	if (device < 0)
		return -EINVAL;
	socket->device = (uint8_t)device;
	socket->has_route = false;
	return 0;
}

static int set_device_by_name(struct model_socket *socket, const char *name, socklen_t length)
{
	static const char *const names[] = {"", "lo", "eth0", "wlan0"};
	char copy[16] = {0};
	memcpy(copy, name, length < sizeof(copy) ? length : sizeof(copy) - 1);
	for (int i = 0; i < HOST_DEVICES; i++)
		if (strcmp(copy, names[i]) == 0)
			return set_device(socket, i);
	return -ENODEV;
}

static int set_base(struct model_socket *socket, int name, const void *value, socklen_t length)
{
	int number = 0;
	if (name == SO_BINDTODEVICE)
		return set_device_by_name(socket, value, length);
	if (length < sizeof(number))
		return -EINVAL;
	memcpy(&number, value, sizeof(number));
	switch (name) {
	case SO_BINDTOIFINDEX:
		return set_device(socket, number);
	case SO_BROADCAST:
		socket->may_broadcast = number != 0;
		return 0;
	default:
		return 0; /* SO_REUSEADDR and what else does not matter */
	}
}

/* A unicast interface is refused beside any device, a multicast interface beside another. */
static int check_interface(const struct model_socket *socket, unsigned int index, bool is_unicast,
			   int unknown)
{
	if (index >= HOST_DEVICES)
		return unknown;
	if (socket->device != 0 && (is_unicast || socket->device != index))
		return -EINVAL;
	return 0;
}

static int set_multicast_v4(struct model_socket *socket, const void *value, socklen_t length)
{
	struct ip_mreqn group = {.imr_ifindex = 0};
	if (socket->kind == MODEL_STREAM)
		return -EINVAL;
	if (length >= sizeof(struct ip_mreqn))
		memcpy(&group, value, sizeof(group));
	else if (length >= sizeof(struct ip_mreq))
		memcpy(&group, value, sizeof(struct ip_mreq));
	else if (length >= sizeof(struct in_addr))
		memcpy(&group.imr_address, value, sizeof(group.imr_address));
	else
		return -EINVAL;
	uint32_t source = ntohl(group.imr_address.s_addr);
	unsigned int index = (unsigned int)group.imr_ifindex;
	if (index == 0 && source != 0) {
		index = host_device_of_v4(source);
		if (index == 0)
			return -EADDRNOTAVAIL;
	}
	int r = index == 0 ? 0 : check_interface(socket, index, false, -EADDRNOTAVAIL);
	if (r == 0) {
		socket->multicast_v4 = (uint8_t)index;
		socket->group_source = source;
	}
	return r;
}

static int set_v4(struct model_socket *socket, int name, const void *value, socklen_t length)
{
	uint32_t number = 0;
	if (name == IP_MULTICAST_IF)
		return set_multicast_v4(socket, value, length);
	if (length >= sizeof(number))
		memcpy(&number, value, sizeof(number));
	else if (length > 0)
		number = *(const unsigned char *)value;
	unsigned int index = ntohl(number);
	int r = 0;
	switch (name) {
	case IP_UNICAST_IF:
		if (length != sizeof(number))
			return -EINVAL;
		r = index == 0 ? 0 : check_interface(socket, index, true, -EADDRNOTAVAIL);
		if (r == 0)
			socket->unicast_v4 = (uint8_t)index;
		return r;
	case IP_BIND_ADDRESS_NO_PORT:
		socket->is_portless = number != 0;
		return 0;
	case IP_LOCAL_PORT_RANGE:
		socket->range_low = (uint16_t)number;
		socket->range_high = (uint16_t)(number >> 16);
		return 0;
	default:
		return 0;
	}
}

static int set_sticky(struct model_socket *socket, const void *value, socklen_t length)
{
	struct in6_pktinfo info = {.ipi6_ifindex = 0};
	if (length == 0) {
		socket->sticky = 0;
		return 0;
	}
	if (length < sizeof(info))
		return -EINVAL;
	memcpy(&info, value, sizeof(info));
	if (socket->device != 0 && socket->device != info.ipi6_ifindex)
		return -EINVAL;
	socket->sticky = (uint8_t)info.ipi6_ifindex;
	return 0;
}

/* The tests' routing headers are of RFC 8754, with the first hop behind the last segment. */
static int set_hop(struct model_socket *socket, const void *value, socklen_t length)
{
	enum { HOP_AT = 24, HOP_LENGTH = 40 };
	if (length != 0 && length != HOP_LENGTH)
		return -EINVAL;
	socket->has_hop = length != 0;
	memset(&socket->hop, 0, sizeof(socket->hop));
	if (length != 0)
		memcpy(&socket->hop, (const unsigned char *)value + HOP_AT, sizeof(socket->hop));
	socket->has_route = false;
	return 0;
}

static int set_v6(struct model_socket *socket, int name, const void *value, socklen_t length)
{
	uint32_t number = 0;
	int r = 0;
	if (name == IPV6_RTHDR)
		return set_hop(socket, value, length);
	if (name == IPV6_PKTINFO)
		return set_sticky(socket, value, length);
	if (length < sizeof(number))
		return -EINVAL;
	memcpy(&number, value, sizeof(number));
	switch (name) {
	case IPV6_V6ONLY:
		if (socket->number != 0)
			return -EINVAL;
		socket->v6only = number != 0;
		return 0;
	case IPV6_UNICAST_IF:
		number = ntohl(number);
		r = number == 0 ? 0 : check_interface(socket, number, true, -EADDRNOTAVAIL);
		if (r == 0)
			socket->unicast_v6 = (uint8_t)number;
		return r;
	case IPV6_MULTICAST_IF:
		if (socket->kind == MODEL_STREAM)
			return -ENOPROTOOPT;
		r = number == 0 ? 0 : check_interface(socket, number, false, -ENODEV);
		if (r == 0)
			socket->multicast_v6 = (uint8_t)number;
		return r;
	default:
		return 0;
	}
}

static bool knows_level(const struct model_socket *socket, int level)
{
	if (level == IPPROTO_IP)
		return socket->family == AF_INET || socket->kind != MODEL_RAW;
	return level == IPPROTO_IPV6 && socket->family == AF_INET6;
}

int model_setsockopt(struct model_socket *socket, int level, int name, const void *value,
		     socklen_t length)
{
	if (level == SOL_SOCKET)
		return set_base(socket, name, value, length);
	if (!knows_level(socket, level))
		return -ENOPROTOOPT;
	return level == IPPROTO_IP ? set_v4(socket, name, value, length)
				   : set_v6(socket, name, value, length);
}

static int get_base(const struct model_socket *socket, int name, int *ret_value)
{
	static const int types[] = {
		[MODEL_STREAM] = SOCK_STREAM,
		[MODEL_DGRAM] = SOCK_DGRAM,
		[MODEL_PING] = SOCK_DGRAM,
		[MODEL_RAW] = SOCK_RAW,
	};
	static const int protocols[2][4] = {
		{IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMP},
		{IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6, IPPROTO_ICMPV6},
	};
	switch (name) {
	case SO_TYPE:
		*ret_value = types[socket->kind];
		return 0;
	case SO_DOMAIN:
		*ret_value = socket->family;
		return 0;
	case SO_PROTOCOL:
		*ret_value = protocols[socket->family == AF_INET6][socket->kind];
		return 0;
	case SO_BINDTOIFINDEX:
		*ret_value = socket->device;
		return 0;
	case SO_BROADCAST:
		*ret_value = socket->may_broadcast;
		return 0;
	default:
		*ret_value = 0;
		return 0;
	}
}

static int get_v4(const struct model_socket *socket, int name, int *ret_value)
{
	switch (name) {
	case IP_UNICAST_IF:
		*ret_value = (int)htonl(socket->unicast_v4);
		return 0;
	case IP_BIND_ADDRESS_NO_PORT:
		*ret_value = socket->is_portless;
		return 0;
	case IP_LOCAL_PORT_RANGE:
		*ret_value = (int)(socket->range_low | (uint32_t)socket->range_high << 16);
		return 0;
	case IP_MULTICAST_IF: /* an address, of the length of a number */
		*ret_value = (int)htonl(socket->group_source);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int get_v6(const struct model_socket *socket, int name, int *ret_value)
{
	switch (name) {
	case IPV6_V6ONLY:
		*ret_value = socket->v6only;
		return 0;
	case IPV6_UNICAST_IF:
		*ret_value = (int)htonl(socket->unicast_v6);
		return 0;
	case IPV6_MULTICAST_IF:
		*ret_value = socket->multicast_v6;
		return 0;
	case IPV6_RTHDR: /* no header gives no bytes */
		*ret_value = socket->has_hop;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int model_getsockopt(const struct model_socket *socket, int level, int name, int *ret_value)
{
	if (level == SOL_SOCKET)
		return get_base(socket, name, ret_value);
	if (!knows_level(socket, level))
		return -ENOPROTOOPT;
	return level == IPPROTO_IP ? get_v4(socket, name, ret_value)
				   : get_v6(socket, name, ret_value);
}
