/* SPDX-License-Identifier: MIT */
/*
 * The steps `o NAME VALUE...` of a sequence make one setsockopt each; see walk.h. This file also
 * prints the options that bindto may set on a socket.
 */
#include "walk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* Linux 6.3 */
#endif

#ifndef IPV6_2292RTHDR
#define IPV6_2292RTHDR 5 /* of RFC 2292, in <linux/in6.h> */
#endif

enum { SOURCE_ROUTE = 131, ROUTE_LENGTH = 7, TYPE_2 = 2, SEGMENTS = 4 };

struct number_option {
	const char *name;
	int level;
	int option;
	enum { AS_NUMBER, AS_INDEX, AS_NETWORK_INDEX } as;
};

static const struct number_option numbers[] = {
	{"v6only", IPPROTO_IPV6, IPV6_V6ONLY, AS_NUMBER},
	{"noport", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, AS_NUMBER},
	{"free", IPPROTO_IP, IP_FREEBIND, AS_NUMBER},
	{"free6", IPPROTO_IPV6, IPV6_FREEBIND, AS_NUMBER},
	{"transparent", IPPROTO_IP, IP_TRANSPARENT, AS_NUMBER},
	{"bcast", SOL_SOCKET, SO_BROADCAST, AS_NUMBER},
	{"reuse", SOL_SOCKET, SO_REUSEADDR, AS_NUMBER},
	{"reuseport", SOL_SOCKET, SO_REUSEPORT, AS_NUMBER},
	{"dontroute", SOL_SOCKET, SO_DONTROUTE, AS_NUMBER},
	{"mark", SOL_SOCKET, SO_MARK, AS_NUMBER},
	{"recvroute", IPPROTO_IPV6, IPV6_2292RTHDR, AS_NUMBER},
	{"hdrincl", IPPROTO_IP, IP_HDRINCL, AS_NUMBER},
	{"devif", SOL_SOCKET, SO_BINDTOIFINDEX, AS_INDEX},
	{"mif6", IPPROTO_IPV6, IPV6_MULTICAST_IF, AS_INDEX},
	{"uif4", IPPROTO_IP, IP_UNICAST_IF, AS_NETWORK_INDEX},
	{"uif6", IPPROTO_IPV6, IPV6_UNICAST_IF, AS_NETWORK_INDEX},
};

static int set_number(int fd, const struct number_option *option, const char *text)
{
	int value = option->as == AS_NUMBER ? atoi(text) : (int)walk_index(text);

	if (option->as == AS_NETWORK_INDEX)
		value = (int)htonl((uint32_t)value);
	return way_setsockopt(fd, option->level, option->option, &value, sizeof(value));
}

static int set_device(int fd, const char *name)
{
	if (strcmp(name, "-") == 0)
		name = "";
	return way_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name));
}

static int set_range(int fd, const char *text)
{
	char *end;
	uint32_t low = (uint32_t)strtoul(text, &end, 10);
	uint32_t high = *end == '-' ? (uint32_t)strtoul(end + 1, NULL, 10) : low;
	uint32_t range = low | high << 16;

	return way_setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof(range));
}

/* "mif4 DEVICE" or "mif4 ADDRESS": the older form names the device by its address. */
static int set_multicast_if(int fd, const char *text)
{
	struct ip_mreqn request = {.imr_ifindex = 0};

	if (inet_pton(AF_INET, text, &request.imr_address) == 1)
		return way_setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request.imr_address,
				      sizeof(request.imr_address));
	request.imr_ifindex = (int)walk_index(text);
	return way_setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof(request));
}

static int join(int fd, const struct walk_address *group, const char *device)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct ip_mreqn request = {.imr_ifindex = (int)walk_index(device)};
	struct ipv6_mreq request6 = {.ipv6mr_interface = walk_index(device)};

	if (group->address.ss_family == AF_INET) {
		memcpy(&v4, &group->address, sizeof(v4));
		request.imr_multiaddr = v4.sin_addr;
		return way_setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request));
	}
	memcpy(&v6, &group->address, sizeof(v6));
	request6.ipv6mr_multiaddr = v6.sin6_addr;
	return way_setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request6, sizeof(request6));
}

/*
 * A route of one hop: for IPv6 a routing header of type 0 (which the kernel refuses), 2 (mobile IP)
 * or 4 (segment routing), for IPv4 a loose source route.
 */
static int set_route(int fd, const struct walk_address *hop, int type)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	unsigned char options[ROUTE_LENGTH + 1] = {SOURCE_ROUTE, ROUTE_LENGTH, 4};
	struct {
		uint8_t next, length, type, segments, last, flags, tag[2];
		struct in6_addr hops[2];
	} header = {.length = type == SEGMENTS ? 4 : 2, .type = (uint8_t)type, .segments = 1};

	if (hop->address.ss_family == AF_INET) {
		memcpy(&v4, &hop->address, sizeof(v4));
		memcpy(options + 3, &v4.sin_addr, sizeof(v4.sin_addr));
		return way_setsockopt(fd, IPPROTO_IP, IP_OPTIONS, options, sizeof(options));
	}
	memcpy(&v6, &hop->address, sizeof(v6));
	header.hops[0] = header.hops[1] = v6.sin6_addr;
	if (type == SEGMENTS)
		header.last = 1; /* two segments; the first hop is the second of them */
	return way_setsockopt(fd, IPPROTO_IPV6, IPV6_RTHDR, &header, 8U + 8U * header.length);
}

/* The sticky form of a control message: the source and the device of all later datagrams. */
static int set_packet_info(int fd, const struct walk_address *source)
{
	struct sockaddr_in6 v6;
	struct in6_pktinfo info = {.ipi6_ifindex = 0};

	memcpy(&v6, &source->address, sizeof(v6));
	info.ipi6_addr = v6.sin6_addr;
	info.ipi6_ifindex = v6.sin6_scope_id;
	return way_setsockopt(fd, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
}

static int set_by_address(int fd, const struct walk_step *step)
{
	const char *name = step->words[1];
	const char *value = step->words[3];
	struct walk_address address;

	if (walk_address(step->words[2], NULL, &address) < 0)
		return -1;
	if (strcmp(name, "join") == 0)
		return join(fd, &address, value != NULL ? value : "-");
	if (strcmp(name, "route") == 0)
		return set_route(fd, &address, value != NULL ? atoi(value) : TYPE_2);
	if (strcmp(name, "pktinfo") == 0)
		return set_packet_info(fd, &address);
	errno = EBADMSG;
	return -1;
}

int walk_option(const struct walk_step *step)
{
	const char *name = step->words[1];
	const char *value = step->words[2];
	int fd = step->socket->fd;

	if (name == NULL || value == NULL) {
		errno = EBADMSG;
		return -1;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(name, numbers[i].name) == 0)
			return set_number(fd, &numbers[i], value);
	}
	if (strcmp(name, "dev") == 0)
		return set_device(fd, value);
	if (strcmp(name, "mif4") == 0)
		return set_multicast_if(fd, value);
	if (strcmp(name, "range") == 0)
		return set_range(fd, value);
	return set_by_address(fd, step);
}

void walk_print_options(int fd)
{
	static const struct {
		const char *name;
		int level;
		int option;
	} shown[] = {
		{"v6only", IPPROTO_IPV6, IPV6_V6ONLY},
		{"noport", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT},
		{"range", IPPROTO_IP, IP_LOCAL_PORT_RANGE},
		{"dev", SOL_SOCKET, SO_BINDTOIFINDEX},
		{"uif4", IPPROTO_IP, IP_UNICAST_IF},
		{"uif6", IPPROTO_IPV6, IPV6_UNICAST_IF},
		{"mif6", IPPROTO_IPV6, IPV6_MULTICAST_IF},
	};

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		uint32_t value = 0;
		socklen_t length = sizeof(value);

		if (getsockopt(fd, shown[i].level, shown[i].option, &value, &length) == 0 &&
		    value != 0)
			printf(" %s=%x", shown[i].name, value);
	}
}
