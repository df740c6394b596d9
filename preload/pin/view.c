/* SPDX-License-Identifier: MIT */
/*
 * Filters rtnetlink messages. Of the kernel's kinds of messages, only those that are understood
 * here pass, because any other may name an address of another uplink. The bytes may be unaligned
 * and are read with memcpy(3); a message that is longer than what is left ends the filter.
 */
#include "pin/view.h"

#include <linux/fib_rules.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "pin/exempt.h"
#include "pin/hold.h"
#include "pin/pool.h"

static unsigned int interface_of(const struct pin *pin, const struct pin_source *source)
{
	const struct prefix *own =
		source->mode == PIN_ADDRESS ? exempt_own(pin, &source->ip) : NULL;
	return own ? own->ifindex : 0;
}

struct view view_of(const struct pin *pin)
{
	struct view view = {.pin = pin, .ifindexes = {pin->ifindex, pin->ifindex}};
	if (pin->ifindex == 0) {
		view.ifindexes[0] = interface_of(pin, &pin->v4);
		view.ifindexes[1] = interface_of(pin, &pin->v6);
	}
	return view;
}

/* Has a member of the pool the interface, or an address on it? */
static bool is_in_pool(const struct pin *pin, unsigned int ifindex)
{
	for (size_t i = 0; i < pin->member_count; i++) {
		const struct member *member = &pin->members[i];
		if (member->ifindex == ifindex || interface_of(pin, &member->v4) == ifindex ||
		    interface_of(pin, &member->v6) == ifindex)
			return true;
	}
	return false;
}

static bool is_pinned(const struct view *view, unsigned int ifindex)
{
	if (view->pin->member_count > 0)
		return ifindex != 0 && is_in_pool(view->pin, ifindex);
	return ifindex != 0 && (ifindex == view->ifindexes[0] || ifindex == view->ifindexes[1]);
}

bool view_has_interface(const struct view *view, unsigned int ifindex)
{
	return ifindex == LOOPBACK_IFINDEX || is_pinned(view, ifindex);
}

bool view_has_name(const struct view *view, const char *name)
{
	size_t length = strcspn(name, ":");
	const char *pinned = view->pin->ifname;
	for (size_t i = 0; i < view->pin->member_count; i++)
		if (length > 0 && strlen(view->pin->members[i].ifname) == length &&
		    memcmp(name, view->pin->members[i].ifname, length) == 0)
			return true;
	return (length == 2 && memcmp(name, "lo", 2) == 0) ||
	       (length > 0 && strncmp(name, pinned, length) == 0 && pinned[length] == '\0');
}

bool view_has_address(const struct view *view, unsigned int ifindex, const struct ip *ip)
{
	const struct pin_source *source = pin_source_for(view->pin, ip);
	if (ip_is_loopback(ip))
		return true;
	if (source->mode != PIN_ADDRESS)
		return false;
	if (view->pin->member_count > 0)
		return pool_with_ip(view->pin, ip);
	return ip_equal(&source->ip, ip) || (view->pin->follows && is_pinned(view, ifindex));
}

bool view_is_tunnel(unsigned int hardware_type)
{
	return hardware_type == ARPHRD_TUNNEL || hardware_type == ARPHRD_TUNNEL6 ||
	       hardware_type == ARPHRD_SIT || hardware_type == ARPHRD_IPGRE ||
	       hardware_type == ARPHRD_IP6GRE;
}

/* A message's attributes, from at to end. */
struct attributes {
	const unsigned char *at, *end;
};

struct attribute {
	unsigned int type;
	const unsigned char *data;
	size_t size;
};

static struct attributes attributes_of(const unsigned char *message, size_t length, size_t body)
{
	size_t start = NLMSG_SPACE(body);
	return (struct attributes){message + (start < length ? start : length), message + length};
}

static bool next_attribute(struct attributes *attributes, struct attribute *ret_attribute)
{
	size_t left = (size_t)(attributes->end - attributes->at);
	struct rtattr header;
	if (left < sizeof(header))
		return false;
	memcpy(&header, attributes->at, sizeof(header));
	if (header.rta_len < sizeof(header) || header.rta_len > left)
		return false;
	*ret_attribute = (struct attribute){
		.type = header.rta_type & (unsigned int)NLA_TYPE_MASK,
		.data = attributes->at + sizeof(header),
		.size = header.rta_len - sizeof(header),
	};
	size_t step = RTA_ALIGN(header.rta_len);
	attributes->at += step < left ? step : left;
	return true;
}

/* Reads the attribute's address. False if it is none of this family. */
static bool read_ip(const struct attribute *attribute, int family, struct ip *ret_ip)
{
	if (attribute->size < (family == AF_INET ? 4U : 16U))
		return false;
	*ret_ip = ip_from_bytes(family, attribute->data);
	return true;
}

static bool has_name(const struct view *view, const struct attribute *attribute)
{
	char name[IF_NAMESIZE] = "";
	size_t size = attribute->size < sizeof(name) ? attribute->size : sizeof(name);
	memcpy(name, attribute->data, size);
	name[sizeof(name) - 1] = '\0';
	return view_has_name(view, name);
}

/* The body of a message, if it is as long. */
static bool read_body(const unsigned char *message, size_t length, void *ret_body, size_t size)
{
	if (length < NLMSG_LENGTH(size))
		return false;
	memcpy(ret_body, message + NLMSG_HDRLEN, size);
	return true;
}

/*
 * Blanks what tells the addresses that a tunnel runs over: its link-layer address, and the details
 * of its kind.
 */
static void blank_link(unsigned char *message, struct attributes all, unsigned int hardware_type)
{
	bool is_tunnel = view_is_tunnel(hardware_type);
	const uint16_t unspecified = IFLA_UNSPEC;
	struct attribute one;
	while (next_attribute(&all, &one)) {
		unsigned char *data = message + (one.data - message);
		bool is_address = one.type == IFLA_ADDRESS || one.type == IFLA_BROADCAST;
		if (one.type == IFLA_LINKINFO)
			memcpy(data - sizeof(unspecified), &unspecified, sizeof(unspecified));
		if (one.type == IFLA_LINKINFO || (is_tunnel && is_address))
			memset(data, 0, one.size);
	}
}

static bool shows_link(const struct view *view, unsigned char *message, size_t length)
{
	struct ifinfomsg body;
	if (!read_body(message, length, &body, sizeof(body)) ||
	    !view_has_interface(view, (unsigned int)body.ifi_index))
		return false;
	blank_link(message, attributes_of(message, length, sizeof(body)), body.ifi_type);
	return true;
}

/* On a tunnel, IFA_LOCAL is the address and IFA_ADDRESS is the peer's. */
static bool shows_address(const struct view *view, unsigned char *message, size_t length)
{
	struct ifaddrmsg body;
	struct attribute one;
	struct ip ip;
	bool has_ip = false, has_local = false;
	if (!read_body(message, length, &body, sizeof(body)) ||
	    (body.ifa_family != AF_INET && body.ifa_family != AF_INET6))
		return false;
	struct attributes all = attributes_of(message, length, sizeof(body));
	while (next_attribute(&all, &one)) {
		bool is_local = one.type == IFA_LOCAL;
		if (!is_local && (one.type != IFA_ADDRESS || has_local))
			continue;
		has_ip |= read_ip(&one, body.ifa_family, &ip);
		has_local |= is_local;
	}
	return has_ip && view_has_address(view, body.ifa_index, &ip);
}

/* Do all hops of a route by several interfaces leave by one that is shown? */
static bool shows_hops(const struct view *view, const struct attribute *attribute)
{
	const unsigned char *at = attribute->data;
	size_t left = attribute->size;
	struct rtnexthop hop;
	while (left >= sizeof(hop)) {
		memcpy(&hop, at, sizeof(hop));
		if (hop.rtnh_len < sizeof(hop) || hop.rtnh_len > left ||
		    !view_has_interface(view, (unsigned int)hop.rtnh_ifindex))
			return false;
		size_t step = RTNH_ALIGN(hop.rtnh_len);
		if (step >= left)
			return true;
		at += step;
		left -= step;
	}
	return left == 0;
}

/* Is that a type of route that leads to no interface? */
static bool leads_nowhere(unsigned int type)
{
	return type == RTN_BLACKHOLE || type == RTN_UNREACHABLE || type == RTN_PROHIBIT ||
	       type == RTN_THROW;
}

/*
 * Does a route show no other interface and no other address? Its source is an address of this host,
 * and so is the destination of a local one.
 */
static bool shows_route(const struct view *view, unsigned char *message, size_t length)
{
	struct rtmsg body;
	struct attribute one;
	struct ip source = IP_V4_LOOPBACK, local = IP_V4_LOOPBACK;
	uint32_t ifindex = 0;
	bool leads = false;
	if (!read_body(message, length, &body, sizeof(body)) ||
	    (body.rtm_family != AF_INET && body.rtm_family != AF_INET6))
		return false;
	struct attributes all = attributes_of(message, length, sizeof(body));
	while (next_attribute(&all, &one)) {
		if (one.type == RTA_OIF && one.size >= sizeof(ifindex)) {
			memcpy(&ifindex, one.data, sizeof(ifindex));
			leads = view_has_interface(view, ifindex);
			if (!leads)
				return false;
		} else if (one.type == RTA_MULTIPATH) {
			leads = shows_hops(view, &one);
			if (!leads)
				return false;
		} else if (one.type == RTA_PREFSRC) {
			(void)read_ip(&one, body.rtm_family, &source); /* the kernel's are whole */
		} else if (one.type == RTA_DST && body.rtm_type == RTN_LOCAL) {
			(void)read_ip(&one, body.rtm_family, &local);
		}
	}
	return (leads || leads_nowhere(body.rtm_type)) &&
	       view_has_address(view, ifindex, &source) && view_has_address(view, ifindex, &local);
}

static bool shows_neighbour(const struct view *view, unsigned char *message, size_t length)
{
	struct ndmsg body;
	return read_body(message, length, &body, sizeof(body)) &&
	       view_has_interface(view, (unsigned int)body.ndm_ifindex);
}

static bool shows_prefix(const struct view *view, unsigned char *message, size_t length)
{
	struct prefixmsg body;
	return read_body(message, length, &body, sizeof(body)) &&
	       view_has_interface(view, (unsigned int)body.prefix_ifindex);
}

/* A rule may name an interface, or the address of one. */
static bool shows_rule(const struct view *view, unsigned char *message, size_t length)
{
	struct fib_rule_hdr body;
	struct attribute one;
	struct ip source;
	if (!read_body(message, length, &body, sizeof(body)) ||
	    (body.family != AF_INET && body.family != AF_INET6))
		return false;
	struct attributes all = attributes_of(message, length, sizeof(body));
	while (next_attribute(&all, &one)) {
		if ((one.type == FRA_IIFNAME || one.type == FRA_OIFNAME) && !has_name(view, &one))
			return false;
		if (one.type == FRA_SRC &&
		    (!read_ip(&one, body.family, &source) || !view_has_address(view, 0, &source)))
			return false;
	}
	return true;
}

static bool shows(const struct view *view, unsigned char *message, const struct nlmsghdr *header)
{
	size_t length = header->nlmsg_len;
	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return shows_link(view, message, length);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return shows_address(view, message, length);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return shows_route(view, message, length);
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		return shows_neighbour(view, message, length);
	case RTM_NEWRULE:
	case RTM_DELRULE:
		return shows_rule(view, message, length);
	case RTM_NEWPREFIX:
		return shows_prefix(view, message, length);
	default:
		return header->nlmsg_type < NLMSG_MIN_TYPE; /* the end of a dump, or an error */
	}
}

size_t view_filter(const struct view *view, unsigned char *messages, size_t size)
{
	unsigned char *from = messages, *to = messages;
	struct nlmsghdr header;
	while (size >= sizeof(header)) {
		memcpy(&header, from, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > size)
			break;
		size_t step = NLMSG_ALIGN(header.nlmsg_len);
		if (step > size)
			step = size;
		if (shows(view, from, &header)) {
			memmove(to, from, step);
			to += step;
		}
		from += step;
		size -= step;
	}
	return (size_t)(to - messages);
}

bool view_can_ask(const unsigned char *message, size_t length)
{
	struct nlmsghdr header;
	struct attribute one;
	unsigned int elsewhere = 0; /* the attribute that names a namespace */
	size_t body = 0;
	if (length < sizeof(header))
		return false;
	memcpy(&header, message, sizeof(header));
	switch (header.nlmsg_type) {
	case RTM_GETLINK:
		elsewhere = IFLA_TARGET_NETNSID;
		body = sizeof(struct ifinfomsg);
		break;
	case RTM_GETADDR:
		elsewhere = IFA_TARGET_NETNSID;
		body = sizeof(struct ifaddrmsg);
		break;
	case RTM_GETROUTE:
	case RTM_GETNEIGH:
	case RTM_GETRULE:
		return true;
	default:
		return false;
	}
	struct attributes all = attributes_of(message, length, body);
	while (next_attribute(&all, &one))
		if (one.type == elsewhere)
			return false;
	return true;
}

bool view_hides_file(const char *path)
{
	static const char harmless[][sizeof("sockstat6")] = {
		"netlink", "netstat",  "packet",    "protocols", "snmp",
		"snmp6",   "sockstat", "sockstat6", "unix",
	};
	const char *name = strncmp(path, "/proc/", 6) == 0 ? strstr(path, "/net/") : NULL;
	if (!name || name[5] == '\0' || strncmp(path, "/proc/sys/", 10) == 0)
		return false;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (strcmp(name + 5, harmless[i]) == 0)
			return false;
	return true;
}
