/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes addresses as bytes and as text. Safe in a signal handler: no system call, no
 * allocation.
 */
#include "pin/sockaddr.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define MAPPED_PREFIX 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff

const struct ip IP_V4_WILDCARD = {{MAPPED_PREFIX, 0, 0, 0, 0}};
const struct ip IP_V4_LOOPBACK = {{MAPPED_PREFIX, 127, 0, 0, 1}};
const struct ip IP_V6_WILDCARD = {{0}};
const struct ip IP_V6_LOOPBACK = {{[15] = 1}};

bool ip_is_v4(const struct ip *ip)
{
	return memcmp(ip->bytes, IP_V4_WILDCARD.bytes, 12) == 0;
}

bool ip_is_wildcard(const struct ip *ip)
{
	return ip_equal(ip, &IP_V4_WILDCARD) || ip_equal(ip, &IP_V6_WILDCARD);
}

bool ip_is_loopback(const struct ip *ip)
{
	return ip_is_v4(ip) ? ip->bytes[12] == 127 : ip_equal(ip, &IP_V6_LOOPBACK);
}

bool ip_is_multicast(const struct ip *ip)
{
	return ip_is_v4(ip) ? (ip->bytes[12] & 0xf0) == 0xe0 : ip->bytes[0] == 0xff;
}

bool ip_is_link_local(const struct ip *ip)
{
	if (ip_is_v4(ip))
		return ip->bytes[12] == 169 && ip->bytes[13] == 254;
	return ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

bool ip_is_scoped(const struct ip *ip)
{
	return !ip_is_v4(ip) && ip_is_link_local(ip);
}

bool ip_is_unique_local(const struct ip *ip)
{
	return (ip->bytes[0] & 0xfe) == 0xfc;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Returns the first (0) or the second (1) eight bytes as a number. */
static uint64_t half(const struct ip *ip, unsigned int which)
{
	uint64_t number;
	memcpy(&number, ip->bytes + (size_t)which * sizeof(number), sizeof(number));
	return be64toh(number);
}

int ip_compare(const struct ip *a, const struct ip *b)
{
	for (unsigned int i = 0; i < 2; i++)
		if (half(a, i) != half(b, i))
			return half(a, i) < half(b, i) ? -1 : 1;
	return 0;
}

unsigned int ip_common_bits(const struct ip *a, const struct ip *b)
{
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t differ = half(a, i) ^ half(b, i);
		if (differ != 0)
			return 64 * i + (unsigned int)__builtin_clzll(differ);
	}
	return 128;
}

struct ip ip_from_bytes(int family, const void *address)
{
	struct ip ip = IP_V4_WILDCARD;
	if (family == AF_INET)
		memcpy(ip.bytes + 12, address, 4);
	else
		memcpy(ip.bytes, address, 16);
	return ip;
}

int ip_parse(const char *text, struct ip *ret_ip)
{
	uint8_t bytes[16];
	for (int i = 0; i < 2; i++) {
		int family = i == 0 ? AF_INET : AF_INET6;
		if (inet_pton(family, text, bytes) == 1) {
			*ret_ip = ip_from_bytes(family, bytes);
			return 0;
		}
	}
	return -EINVAL;
}

char *ip_format(const struct ip *ip, char buffer[IP_TEXT_SIZE])
{
	bool is_v4 = ip_is_v4(ip);
	const void *bytes = is_v4 ? ip->bytes + 12 : ip->bytes;
	if (!inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes, buffer, IP_TEXT_SIZE))
		buffer[0] = '\0'; /* only a buffer that is too small fails */
	return buffer;
}

int endpoint_read(const void *address, socklen_t length, struct endpoint *ret_endpoint)
{
	sa_family_t family;
	if (length < sizeof(family))
		return -EINVAL;
	memcpy(&family, address, sizeof(family));

	if (family == AF_INET) {
		struct sockaddr_in in;
		if (length < sizeof(in))
			return -EINVAL;
		memcpy(&in, address, sizeof(in));
		*ret_endpoint = (struct endpoint){
			.family = AF_INET,
			.ip = ip_from_bytes(AF_INET, &in.sin_addr),
			.port = ntohs(in.sin_port),
		};
		return 0;
	}
	if (family == AF_INET6) {
		struct sockaddr_in6 in6 = {0};
		if (length < ENDPOINT_V6_LENGTH)
			return -EINVAL;
		memcpy(&in6, address, length < sizeof(in6) ? ENDPOINT_V6_LENGTH : sizeof(in6));
		*ret_endpoint = (struct endpoint){
			.family = AF_INET6,
			.ip = ip_from_bytes(AF_INET6, &in6.sin6_addr),
			.port = ntohs(in6.sin6_port),
			.scope = in6.sin6_scope_id,
		};
		return 0;
	}
	return -EAFNOSUPPORT;
}

int endpoint_read_bind(const void *address, socklen_t length, struct endpoint *ret_endpoint)
{
	struct sockaddr_in in;
	int r = endpoint_read(address, length, ret_endpoint);
	if (r != -EAFNOSUPPORT || length < sizeof(in))
		return r;
	memcpy(&in, address, sizeof(in));
	if (in.sin_family != AF_UNSPEC || in.sin_addr.s_addr != INADDR_ANY)
		return r;
	in.sin_family = AF_INET;
	return endpoint_read(&in, sizeof(in), ret_endpoint);
}

int endpoint_read_peer(const void *address, socklen_t length, struct endpoint *ret_endpoint)
{
	struct sockaddr_in in;
	int r = endpoint_read(address, length, ret_endpoint);
	if (r != -EAFNOSUPPORT || length < sizeof(in))
		return r;
	memcpy(&in, address, sizeof(in));
	if (in.sin_family != AF_UNSPEC)
		return r;
	in.sin_family = AF_INET;
	r = endpoint_read(&in, sizeof(in), ret_endpoint);
	ret_endpoint->family = AF_UNSPEC;
	return r;
}

socklen_t endpoint_write(const struct endpoint *endpoint, struct sockaddr_storage *ret_address)
{
	if (endpoint->family == AF_INET) {
		struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(endpoint->port)};
		memcpy(&in.sin_addr, endpoint->ip.bytes + 12, sizeof(in.sin_addr));
		memcpy(ret_address, &in, sizeof(in));
		return sizeof(in);
	}
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(endpoint->port),
		.sin6_scope_id = endpoint->scope,
	};
	memcpy(&in6.sin6_addr, endpoint->ip.bytes, sizeof(in6.sin6_addr));
	memcpy(ret_address, &in6, sizeof(in6));
	return sizeof(in6);
}
