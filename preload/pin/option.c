/* SPDX-License-Identifier: MIT */
/*
 * Knows the options that name a device, by number or by one of its addresses, and those that lead
 * around the pin in other ways. See ip(7), ipv6(7), socket(7), and RFC 3678 for the group_req
 * family.
 */
#include "pin/option.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "pin/control.h"
#include "pin/hold.h"
#include "pin/kernel_constants.h"

/* How an option names its device, or what else it does. */
enum form {
	FORM_NAME,      /* SO_BINDTODEVICE */
	FORM_DEVICE,    /* SO_BINDTOIFINDEX */
	FORM_INDEX,     /* an int at offset; 0 leaves the choice to the kernel */
	FORM_UNICAST,   /* an int in network byte order */
	FORM_STICKY,    /* struct in6_pktinfo */
	FORM_GROUP_V4,  /* ip_mreqn, ip_mreq or in_addr */
	FORM_JOIN_V4,   /* ip_mreqn or ip_mreq */
	FORM_SOURCE_V4, /* ip_mreq_source */
	FORM_PORTS,     /* a range of ports that the program chooses */
	FORM_PORTLESS,  /* IP_BIND_ADDRESS_NO_PORT, an int or a byte */
	FORM_DETOUR,    /* a routing header, which sends the packet to its first hop (fact 19) */
	FORM_OPTIONS,   /* IPv4's options, among which may be a source route */
	FORM_V6ONLY,    /* IPV6_V6ONLY */
	FORM_BROADCAST, /* SO_BROADCAST */
	FORM_SETTING,   /* an int that the user has given (setting_holds()) */
};

struct rule {
	int level, name;
	enum form form;
	socklen_t offset;
};

static const struct rule RULES[] = {
	{SOL_SOCKET, SO_BINDTODEVICE, FORM_NAME, 0},
	{SOL_SOCKET, SO_BINDTOIFINDEX, FORM_DEVICE, 0},
	{SOL_SOCKET, SO_BROADCAST, FORM_BROADCAST, 0},
	{IPPROTO_IP, IP_UNICAST_IF, FORM_UNICAST, 0},
	{IPPROTO_IP, IP_MULTICAST_IF, FORM_GROUP_V4, 0},
	{IPPROTO_IP, IP_ADD_MEMBERSHIP, FORM_JOIN_V4, 0},
	{IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, FORM_SOURCE_V4, 0},
	{IPPROTO_IP, MCAST_JOIN_GROUP, FORM_INDEX, 0},
	{IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, FORM_INDEX, 0},
	{IPPROTO_IPV6, IPV6_UNICAST_IF, FORM_UNICAST, 0},
	{IPPROTO_IPV6, IPV6_MULTICAST_IF, FORM_INDEX, 0},
	{IPPROTO_IPV6, IPV6_PKTINFO, FORM_STICKY, 0},
	{IPPROTO_IPV6, IPV6_JOIN_GROUP, FORM_INDEX, offsetof(struct ipv6_mreq, ipv6mr_interface)},
	{IPPROTO_IPV6, IPV6_JOIN_ANYCAST, FORM_INDEX, offsetof(struct ipv6_mreq, ipv6mr_interface)},
	{IPPROTO_IPV6, MCAST_JOIN_GROUP, FORM_INDEX, 0},
	{IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, FORM_INDEX, 0},
	{IPPROTO_IP, IP_LOCAL_PORT_RANGE, FORM_PORTS, 0},
	{IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, FORM_PORTLESS, 0},
	{IPPROTO_IPV6, IPV6_V6ONLY, FORM_V6ONLY, 0},
	{IPPROTO_IPV6, IPV6_RTHDR, FORM_DETOUR, 0},
	{IPPROTO_IPV6, IPV6_2292PKTOPTIONS, FORM_DETOUR, 0},
	{IPPROTO_IP, IP_OPTIONS, FORM_OPTIONS, 0},
	{SOL_SOCKET, SO_MARK, FORM_SETTING, 0},
	{IPPROTO_IPV6, IPV6_ADDR_PREFERENCES, FORM_SETTING, 0},
};

static const struct rule *find_rule(int level, int name)
{
	for (size_t i = 0; i < sizeof(RULES) / sizeof(RULES[0]); i++)
		if (RULES[i].level == level && RULES[i].name == name)
			return &RULES[i];
	return NULL;
}

bool pin_option_at(size_t i, int *ret_level, int *ret_name)
{
	if (i >= sizeof(RULES) / sizeof(RULES[0]))
		return false;
	*ret_level = RULES[i].level;
	*ret_name = RULES[i].name;
	return true;
}

bool pin_minds_option(const struct pin *pin, int level, int name)
{
	/* This tells most options apart in a few instructions. */
	bool is_ip = level == IPPROTO_IP || level == IPPROTO_IPV6;
	if (!is_ip && name != SO_BINDTODEVICE && name != SO_BINDTOIFINDEX && name != SO_MARK &&
	    name != SO_BROADCAST)
		return false;
	const struct rule *rule = find_rule(level, name);
	if (!rule)
		return false;
	switch (rule->form) {
	case FORM_PORTLESS: /* if no address is pinned, birth has bound no socket */
	case FORM_DETOUR:
	case FORM_OPTIONS:
	case FORM_NAME:
	case FORM_DEVICE:
	case FORM_UNICAST:
	case FORM_STICKY:
		return !pin_is_ports_only(pin);
	case FORM_PORTS:
		return pin->port_low != 0;
	case FORM_V6ONLY:
		return pin_is_v6_alone(pin);
	case FORM_BROADCAST:
		return pin_is_by_device(pin);
	case FORM_SETTING:
		return setting_holds(&pin->settings, level, name);
	case FORM_INDEX:
	case FORM_GROUP_V4:
	case FORM_JOIN_V4:
	case FORM_SOURCE_V4:
		break;
	}
	return pin->ifindex != 0;
}

bool option_may_move(const struct pin *pin, const struct facts *facts)
{
	const struct endpoint *local = &facts->local;
	bool is_fresh = local->port == 0 && facts->type != SOCK_RAW;
	/* An IPv6 datagram socket without the device was let go of it for this host. */
	bool is_let_go = pin->ifindex != 0 && facts->domain == AF_INET6 &&
			 facts->type != SOCK_STREAM && facts->device == 0 && local->port != 0 &&
			 !ip_is_wildcard(&local->ip);
	if (pin_source_for(pin, &local->ip)->mode == PIN_REFUSED || is_let_go ||
	    facts->is_connected)
		return false;
	bool is_open = pin->ifindex != 0 && ip_is_wildcard(&local->ip);
	return is_fresh || is_open || pin_owns(pin, &local->ip) ||
	       pin_source_for(pin, &local->ip)->mode == PIN_ANY;
}

/* An index of 0 becomes the pin's. Lo passes, because the traffic within this host may use it. */
static enum option_answer judge_index(const struct pin *pin, uint32_t index)
{
	if (index == 0)
		return OPTION_REPLACE;
	return index == pin->ifindex || index == LOOPBACK_IFINDEX ? OPTION_PASS : OPTION_REFUSE;
}

static enum option_answer judge_address(const struct pin *pin, const void *in_addr)
{
	struct ip ip = ip_from_bytes(AF_INET, in_addr);
	if (ip_is_wildcard(&ip))
		return OPTION_REPLACE;
	if (ip_is_loopback(&ip) || pin_owns(pin, &ip))
		return OPTION_PASS;
	for (size_t i = 0; i < pin->exempt_count; i++) {
		const struct prefix *own = &pin->exempt[i];
		if (own->reach == REACH_OWN && own->ifindex == pin->ifindex &&
		    ip_equal(&own->ip, &ip))
			return OPTION_PASS;
	}
	return OPTION_REFUSE;
}

static enum option_answer judge_name(const struct pin *pin, const void *value, socklen_t length)
{
	char name[IF_NAMESIZE] = {0};
	memcpy(name, value, length < sizeof(name) ? length : sizeof(name) - 1);
	if (pin->ifindex == 0)
		return strcmp(name, "lo") == 0 ? OPTION_PASS : OPTION_DEVICE;
	if (name[0] == '\0')
		return OPTION_CLEAR;
	return strcmp(name, pin->ifname) == 0 ? OPTION_SAME : OPTION_REFUSE;
}

static uint32_t read_u32(const void *value, socklen_t offset)
{
	uint32_t number;
	memcpy(&number, (const unsigned char *)value + offset, sizeof(number));
	return number;
}

static struct option_verdict with_value(enum option_answer answer, const void *value,
					socklen_t length)
{
	struct option_verdict verdict = {.answer = answer, .length = length};
	memcpy(verdict.value, value, length);
	return verdict;
}

static struct option_verdict judge_number(const struct pin *pin, const struct rule *rule,
					  const void *value, socklen_t length)
{
	if (length < rule->offset + sizeof(uint32_t))
		return (struct option_verdict){.answer = OPTION_PASS};
	struct option_verdict verdict = with_value(OPTION_PASS, value, length);
	verdict.answer = judge_index(pin, read_u32(value, rule->offset));
	if (verdict.answer == OPTION_REPLACE)
		memcpy(verdict.value + rule->offset, &pin->ifindex, sizeof(pin->ifindex));
	return verdict;
}

/* The unicast interface holds a datagram socket without a device, so lo may not be chosen. */
static struct option_verdict judge_unicast(const struct pin *pin, const void *value,
					   socklen_t length)
{
	uint32_t own = htonl(pin->ifindex);
	if (length < sizeof(own))
		return (struct option_verdict){.answer = OPTION_PASS};
	uint32_t index = read_u32(value, 0);
	if (pin->ifindex == 0)
		return (struct option_verdict){.answer = OPTION_DEVICE};
	if (index != 0 && index != own)
		return (struct option_verdict){.answer = OPTION_REFUSE};
	return with_value(OPTION_SAME, &own, sizeof(own));
}

static struct option_verdict judge_device(const struct pin *pin, const void *value,
					  socklen_t length)
{
	if (length < sizeof(uint32_t))
		return (struct option_verdict){.answer = OPTION_PASS};
	uint32_t index = read_u32(value, 0);
	if (pin->ifindex == 0)
		return (struct option_verdict){.answer = index == LOOPBACK_IFINDEX ? OPTION_PASS
										   : OPTION_DEVICE};
	if (index == 0)
		return (struct option_verdict){.answer = OPTION_CLEAR};
	return with_value(index == pin->ifindex ? OPTION_SAME : OPTION_REFUSE, value, length);
}

/*
 * The kernel looks only at the index of a sticky IPV6_PKTINFO, and before it looks at anything that
 * a verdict can set. If a socket was let go of its device for this host, the pin's index would make
 * it send there by the pinned interface. So the option is not set. The socket is held to that
 * interface anyway.
 */
static struct option_verdict judge_sticky(const struct pin *pin, const void *value,
					  socklen_t length)
{
	struct option_verdict verdict = {.answer = OPTION_PASS};
	if (length < sizeof(struct in6_pktinfo))
		return verdict;
	uint32_t index = read_u32(value, offsetof(struct in6_pktinfo, ipi6_ifindex));
	if (index != 0 && index != pin->ifindex)
		verdict.answer = OPTION_REFUSE;
	else if (pin->ifindex != 0)
		verdict.answer = OPTION_NOTHING;
	return verdict;
}

/* A value of one byte is enough for the kernel (do_ip_setsockopt()). */
static struct option_verdict judge_portless(const void *value, socklen_t length)
{
	struct option_verdict verdict = {.answer = OPTION_PASS};
	unsigned char first = 0;
	if (length > 0)
		memcpy(&first, value, 1);
	if (length >= sizeof(uint32_t) ? read_u32(value, 0) != 0 : first != 0)
		verdict.answer = OPTION_PORTLESS;
	return verdict;
}

/* The three forms of an IPv4 group option keep the interface in different places. */
static struct option_verdict judge_group_v4(const struct pin *pin, const struct rule *rule,
					    const void *value, socklen_t length)
{
	struct option_verdict verdict = {.answer = OPTION_PASS};
	struct ip_mreqn group = {0};
	if (length >= sizeof(struct ip_mreq))
		memcpy(&group, value,
		       length < sizeof(group) ? sizeof(struct ip_mreq) : sizeof(group));
	else if (rule->form == FORM_GROUP_V4 && length >= sizeof(struct in_addr))
		memcpy(&group.imr_address, value, sizeof(group.imr_address));
	else
		return verdict;

	if (rule->form != FORM_SOURCE_V4 && group.imr_ifindex != 0)
		verdict.answer = judge_index(pin, (uint32_t)group.imr_ifindex);
	else
		verdict.answer = judge_address(pin, &group.imr_address);
	if (verdict.answer != OPTION_REPLACE)
		return verdict;

	if (rule->form == FORM_SOURCE_V4) { /* it has no index, so name the pin's address */
		memcpy(&group.imr_address, pin->v4.ip.bytes + 12, sizeof(group.imr_address));
		if (pin->v4.mode != PIN_ADDRESS)
			verdict.answer = OPTION_REFUSE;
	} else {
		group.imr_ifindex = (int)pin->ifindex;
	}
	verdict.length = sizeof(group);
	memcpy(verdict.value, &group, sizeof(group));
	return verdict;
}

struct option_verdict pin_on_option(const struct pin *pin, int level, int name, const void *value,
				    socklen_t length)
{
	struct option_verdict verdict = {.answer = OPTION_PASS};
	const struct rule *rule = find_rule(level, name);
	if (!rule)
		return verdict;
	if (length > sizeof(verdict.value))
		length = sizeof(verdict.value);
	switch (rule->form) {
	case FORM_NAME:
		return with_value(judge_name(pin, value, length), value, length);
	case FORM_DEVICE:
		return judge_device(pin, value, length);
	case FORM_STICKY:
		return judge_sticky(pin, value, length);
	case FORM_UNICAST:
		return judge_unicast(pin, value, length);
	case FORM_INDEX:
		return judge_number(pin, rule, value, length);
	case FORM_GROUP_V4:
	case FORM_JOIN_V4:
	case FORM_SOURCE_V4:
		return judge_group_v4(pin, rule, value, length);
	case FORM_PORTLESS:
		return judge_portless(value, length);
	case FORM_DETOUR: /* an empty value removes the header, and close_socket() needs its own */
		verdict.answer = length > 0 ? OPTION_REFUSE : OPTION_NOTHING;
		break;
	case FORM_OPTIONS:
		if (control_has_source_route(value, length))
			verdict.answer = OPTION_REFUSE;
		break;
	case FORM_PORTS:
		verdict.answer = OPTION_REFUSE;
		break;
	case FORM_V6ONLY: /* it stays on, as birth has set it */
		if (pin_is_v6_alone(pin) && length >= sizeof(uint32_t) && read_u32(value, 0) == 0)
			verdict.answer = OPTION_NOTHING;
		break;
	/* Other uplinks' broadcast addresses are found before the table of a VRF (fact 42). */
	case FORM_BROADCAST:
		if (pin_is_by_device(pin) && length >= sizeof(uint32_t) && read_u32(value, 0) != 0)
			verdict.answer = OPTION_REFUSE;
		break;
	case FORM_SETTING:
		if (length >= sizeof(uint32_t) &&
		    setting_forbids(&pin->settings, name, read_u32(value, 0)))
			verdict.answer = OPTION_REFUSE;
		break;
	}
	return verdict;
}
