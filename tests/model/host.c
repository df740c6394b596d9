/* SPDX-License-Identifier: MIT */
/* Tables instead of a network: what `ip address` and `ip route` show in the tests' client. */
#include "host.h"

#include <string.h>

struct host host;

/* In the order in which the kernel prefers them as sources of their interface. */
static const struct host_address ADDRESSES[] = {
	{"127.0.0.1", HOST_LO},        {"::1", HOST_LO},
	{"203.0.113.2", HOST_ETH0},    {"203.0.113.3", HOST_ETH0},
	{"198.51.100.2", HOST_WLAN0},  {"198.51.100.3", HOST_WLAN0},
	{"2001:db8:1::2", HOST_ETH0},  {"2001:db8:1::3", HOST_ETH0},
	{"2001:db8:2::2", HOST_WLAN0}, {"2001:db8:2::3", HOST_WLAN0},
};

enum { ADDRESS_COUNT = sizeof(ADDRESSES) / sizeof(ADDRESSES[0]) };

static struct ip parsed[ADDRESS_COUNT];

static const struct ip *address_at(size_t i)
{
	static bool is_parsed;
	for (size_t j = 0; !is_parsed && j < ADDRESS_COUNT; j++)
		(void)ip_parse(ADDRESSES[j].text, &parsed[j]); /* ours */
	is_parsed = true;
	return &parsed[i];
}

static bool is_gone(unsigned int device)
{
	return device == HOST_WLAN0 && host.has_lost_wlan0;
}

bool host_address_at(size_t i, struct ip *ret_ip, unsigned int *ret_device)
{
	size_t seen = 0;
	for (size_t j = 0; j < ADDRESS_COUNT; j++) {
		if (is_gone(ADDRESSES[j].device) || seen++ < i)
			continue;
		*ret_ip = *address_at(j);
		*ret_device = ADDRESSES[j].device;
		return true;
	}
	return false;
}

uint32_t host_v4(const struct ip *ip)
{
	const uint8_t *at = ip->bytes + 12;
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

struct ip host_ip(uint32_t v4)
{
	struct ip ip = IP_V4_WILDCARD;
	for (int i = 0; i < 4; i++)
		ip.bytes[15 - i] = (uint8_t)(v4 >> 8 * i);
	return ip;
}

bool host_is_mapped(const struct ip *ip)
{
	return ip_is_v4(ip);
}

static bool is_v6_link_local(const struct ip *ip)
{
	return ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

static bool is_v6_multicast(const struct ip *ip)
{
	return ip->bytes[0] == 0xff;
}

bool host_is_link_scoped(const struct ip *ip)
{
	unsigned int scope = ip->bytes[1] & 0xfU;
	return is_v6_link_local(ip) || (is_v6_multicast(ip) && (scope == 1 || scope == 2));
}

unsigned int host_device_of(const struct ip *ip)
{
	for (size_t j = 0; j < ADDRESS_COUNT; j++)
		if (ip_equal(address_at(j), ip))
			return is_gone(ADDRESSES[j].device) ? 0 : ADDRESSES[j].device;
	for (unsigned int device = HOST_ETH0; device < HOST_DEVICES; device++)
		if (ip_equal(&host.link_local[device], ip))
			return is_gone(device) ? 0 : device;
	return 0;
}

unsigned int host_device_of_v4(uint32_t v4)
{
	struct ip ip = host_ip(v4);
	return v4 >> 24 == 127 ? HOST_LO : host_device_of(&ip);
}

/* The device whose IPv4 network this is. */
static unsigned int network_of(uint32_t v4)
{
	if (v4 >> 8 == 0xcb0071) /* 203.0.113.0/24 */
		return HOST_ETH0;
	if (v4 >> 8 == 0xc63364 && !host.has_lost_wlan0) /* 198.51.100.0/24 */
		return HOST_WLAN0;
	return 0;
}

enum host_type host_type_of_v4(uint32_t v4)
{
	if (v4 == 0 || v4 == UINT32_MAX || v4 == 0x7fffffff)
		return HOST_BROADCAST;
	if (v4 >> 28 == 0xe)
		return HOST_MULTICAST;
	if (network_of(v4) != 0 && (v4 & 0xff) == 0xff)
		return HOST_BROADCAST;
	return host_device_of_v4(v4) != 0 ? HOST_LOCAL : HOST_UNICAST;
}

static uint32_t first_v4(unsigned int device)
{
	struct ip ip;
	unsigned int of;
	for (size_t i = 0; host_address_at(i, &ip, &of); i++)
		if (of == device && ip_is_v4(&ip))
			return host_v4(&ip);
	return 0;
}

uint32_t host_source_v4(unsigned int device, enum host_scope scope)
{
	/* 127.0.0.1 is of host scope, and of link scope with route_localnet. */
	enum host_scope of_lo = host.routes_localnet ? HOST_SCOPE_LINK : HOST_SCOPE_HOST;
	uint32_t source = first_v4(device);
	if (device == HOST_LO && scope < of_lo)
		source = 0;
	if (source == 0 && scope == HOST_SCOPE_HOST)
		source = first_v4(HOST_LO);
	for (unsigned int other = HOST_ETH0; source == 0 && other < HOST_DEVICES; other++)
		source = first_v4(other);
	return source;
}

/* An address of link scope is the best for a link-local peer, and the worst for others. */
static bool scoped_source(unsigned int device, bool wants_link, struct ip *ret_source)
{
	struct ip ip;
	unsigned int of;
	if (device == HOST_LO || is_gone(device))
		return false;
	if (wants_link) {
		*ret_source = host.link_local[device];
		return true;
	}
	for (size_t i = 0; host_address_at(i, &ip, &of); i++)
		if (of == device && !ip_is_v4(&ip)) {
			*ret_source = ip;
			return true;
		}
	return false;
}

bool host_source_v6(unsigned int device, const struct ip *to, struct ip *ret_source)
{
	bool is_link = host_is_link_scoped(to) || ip_equal(to, &IP_V6_LOOPBACK) ||
		       ip_equal(to, &IP_V6_WILDCARD);
	unsigned int of = ip_is_v4(to) ? 0 : host_device_of(to);
	if (of != 0 && (!is_link || of == device)) {
		*ret_source = *to; /* rule 1 of RFC 6724: the same address */
		return true;
	}
	if (scoped_source(device, is_link, ret_source))
		return true;
	if (is_link || is_v6_multicast(to)) {
		*ret_source = IP_V6_LOOPBACK;
		return device == HOST_LO;
	}
	for (unsigned int other = HOST_ETH0; other < HOST_DEVICES; other++)
		if (scoped_source(other, false, ret_source))
			return true;
	return false;
}

static bool by(unsigned int device, unsigned int oif)
{
	return device != 0 && (oif == 0 || oif == device);
}

unsigned int host_route_v4(uint32_t to, unsigned int oif, enum host_type *ret_type)
{
	enum host_type type = host_type_of_v4(to);
	unsigned int device = host_device_of_v4(to);
	if (type == HOST_BROADCAST)
		device = to == 0x7fffffff ? HOST_LO : network_of(to);
	*ret_type = type;
	if ((type == HOST_LOCAL || type == HOST_BROADCAST) && by(device, oif))
		return device;
	*ret_type = HOST_UNICAST;
	if (by(network_of(to), oif))
		return network_of(to);
	if (by(HOST_ETH0, oif))
		return HOST_ETH0;
	return by(HOST_WLAN0, oif) && !host.has_lost_wlan0 ? HOST_WLAN0 : 0;
}

/* The device on which an IPv6 network is; link-local ones and groups are on both. */
static unsigned int network_v6(const struct ip *to, unsigned int oif)
{
	static const uint8_t net[5] = {0x20, 0x01, 0x0d, 0xb8, 0x00};
	bool is_ours =
		memcmp(to->bytes, net, sizeof(net)) == 0 && to->bytes[6] == 0 && to->bytes[7] == 0;
	if (host_is_link_scoped(to) || is_v6_multicast(to))
		return oif == 0 ? HOST_ETH0 : oif == HOST_LO ? 0 : oif;
	if (is_ours && to->bytes[5] == 1)
		return HOST_ETH0;
	return is_ours && to->bytes[5] == 2 && !host.has_lost_wlan0 ? HOST_WLAN0 : 0;
}

unsigned int host_route_v6(const struct ip *to, unsigned int oif, bool is_strict,
			   bool *ret_is_local)
{
	unsigned int needed = is_strict ? oif : 0;
	unsigned int device = ip_is_v4(to) ? 0 : host_device_of(to); /* of a raw socket */
	*ret_is_local = by(device, needed);
	if (*ret_is_local)
		return device;
	device = network_v6(to, oif);
	if (by(device, needed))
		return device;
	if (is_v6_multicast(to) || is_v6_link_local(to))
		return 0;
	if (by(HOST_ETH0, needed))
		return HOST_ETH0;
	return by(HOST_WLAN0, needed) ? HOST_WLAN0 : 0;
}
