/* SPDX-License-Identifier: MIT */
/*
 * Which sockets the pin holds, where an address lies, and what becomes of a new socket. These hold
 * a socket:
 *   stream          its source address from birth on, and its device from bind, listen or connect
 *                   on: without privilege the device can be set only once (fact 6)
 *   datagram, IPv4  its source address and IP_UNICAST_IF, both from birth on
 *   datagram, IPv6  its source address and its device, both from birth on. IPV6_UNICAST_IF would
 *                   not do, because it is not strict once the socket has a source (fact 7). This
 *                   device is no trap: connect(AF_UNSPEC) lets a datagram socket go of it.
 *   any, in a VRF   its device, from birth on
 */
#include "pin/pin.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "pin/exempt.h"
#include "pin/hold.h"

int pin_kind_of(int type)
{
	return type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int pin_on_protocol(int domain, int type, int *protocol)
{
	/* For these families the kernel itself sends over IP, and no pin can hold that. */
	if (domain == AF_SMC || domain == AF_RDS || domain == AF_RXRPC)
		return -EAFNOSUPPORT;
	if (domain != AF_INET && domain != AF_INET6)
		return 0;
	switch (pin_kind_of(type)) {
	case SOCK_STREAM:
		if (*protocol == IPPROTO_MPTCP)
			*protocol = IPPROTO_TCP;
		return *protocol == 0 || *protocol == IPPROTO_TCP ? 1 : -EPROTONOSUPPORT;
	case SOCK_DGRAM:
		if (*protocol == 0 || *protocol == IPPROTO_UDP || *protocol == IPPROTO_UDPLITE ||
		    *protocol == IPPROTO_ICMP || *protocol == IPPROTO_ICMPV6)
			return 1;
		return -EPROTONOSUPPORT;
	case SOCK_RAW:
		return 1;
	case SOCK_SEQPACKET:
	case SOCK_RDM:
	case SOCK_DCCP:
	case SOCK_PACKET:
		return -ESOCKTNOSUPPORT;
	default:
		return 0; /* there is no such type: the kernel says EINVAL */
	}
}

enum reach pin_reach(const struct pin *pin, const struct ip *ip, uint16_t port)
{
	if (pin_is_by_device(pin))
		return REACH_REMOTE;
	if (ip_is_loopback(ip) || ip_is_wildcard(ip))
		return REACH_LOOPBACK;
	if (exempt_is_excluded(pin, ip, port))
		return REACH_EXCLUDED;
	return exempt_own(pin, ip) ? REACH_OWN : exempt_reach_abroad(pin, ip, port);
}

bool pin_is_by_device(const struct pin *pin)
{
	return pin->ifindex != 0 && (pin->v4.mode == PIN_ANY || pin->v6.mode == PIN_ANY);
}

bool pin_is_ports_only(const struct pin *pin)
{
	return pin->ifindex == 0 && pin->v4.mode == PIN_ANY && pin->v6.mode == PIN_ANY;
}

bool pin_is_v6_alone(const struct pin *pin)
{
	return pin->v4.mode == PIN_REFUSED && pin->v6.mode == PIN_ANY;
}

bool pin_is_dual(const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	return !facts->v6only && (ip_is_wildcard(local) || ip_is_v4(local));
}

const struct pin_source *pin_source_for(const struct pin *pin, const struct ip *ip)
{
	return ip_is_v4(ip) ? &pin->v4 : &pin->v6;
}

bool pin_has_both(const struct pin *pin)
{
	return pin->v4.mode == PIN_ADDRESS && pin->v6.mode == PIN_ADDRESS;
}

bool pin_owns(const struct pin *pin, const struct ip *ip)
{
	const struct pin_source *source = pin_source_for(pin, ip);
	if (source->mode == PIN_ADDRESS && ip_equal(&source->ip, ip))
		return true;
	if (!pin->follows || pin->is_refreshed || source->mode != PIN_ADDRESS)
		return false;
	const struct prefix *own = exempt_own(pin, ip);
	return own && own->ifindex == pin->ifindex;
}

/* Returns ip's label in RFC 6724's policy table, or 100 if it does not leave its link (rule 2). */
static unsigned int label_of(const struct ip *ip)
{
	bool stays = ip_is_multicast(ip) && (ip->bytes[1] & 0xf) <= 2;
	if (stays || ip_is_link_local(ip))
		return 100;
	if (ip_is_unique_local(ip))
		return 13;
	if (ip->bytes[0] == 0x20 && ip->bytes[1] == 0x02)
		return 2;
	return ip->bytes[0] == 0x20 && ip->bytes[1] == 0x01 && ip->bytes[2] + ip->bytes[3] == 0 ? 5
												: 1;
}

struct pin_source pin_source_to(const struct pin *pin, const struct ip *peer)
{
	struct pin_source source = *pin_source_for(pin, peer);
	bool chooses =
		pin->follows && !pin->is_refreshed && source.mode == PIN_ADDRESS && !ip_is_v4(peer);
	if (!chooses || label_of(&source.ip) == label_of(peer))
		return source;
	for (size_t i = pin->own; i < pin->exempt_count; i++) {
		const struct prefix *own = &pin->exempt[i];
		if (own->ifindex != pin->ifindex || ip_is_v4(&own->ip) ||
		    label_of(&own->ip) != label_of(peer))
			continue;
		source.ip = own->ip;
		source.scope = ip_is_link_local(&own->ip) ? pin->ifindex : 0;
		break;
	}
	return source;
}

bool pin_suits(const struct pin *pin, const struct ip *ip, const struct ip *peer)
{
	if (!pin_owns(pin, ip))
		return false;
	struct pin_source source = pin_source_to(pin, peer);
	return label_of(ip) == label_of(peer) || label_of(&source.ip) != label_of(peer);
}

bool pin_ports_one_by_one(const struct pin *pin)
{
	return pin->port_low != 0 && !pin->ports_by_kernel;
}

bool pin_wants_events(const struct pin *pin)
{
	return pin->carried.verbose || pin->carried.log.length > 0;
}

static struct verdict born_at(const struct facts *facts, const struct ip *ip, uint32_t scope)
{
	struct verdict verdict = {
		.rebind = true,
		.source = {.family = facts->domain, .ip = *ip, .scope = scope},
	};
	/*
	 * A raw IPv6 socket cannot have a v4-mapped address (rawv6_bind()). From ::1, on the device
	 * lo, it reaches no other host either.
	 */
	if (facts->type == SOCK_RAW && facts->domain == AF_INET6 && ip_is_v4(ip)) {
		verdict.source.ip = IP_V6_LOOPBACK;
		verdict.set_device = true;
		verdict.device = LOOPBACK_IFINDEX;
	}
	return verdict;
}

/*
 * If IPv6 is refused, an IPv6 socket is bound to a v4-mapped address: to the IPv4 pin, from which
 * the kernel refuses IPv6 peers (fact 4), or to 127.0.0.1, from which it refuses every peer (fact
 * 9).
 */
static struct verdict born(const struct pin *pin, const struct facts *facts)
{
	const struct pin_source *source = facts->domain == AF_INET ? &pin->v4 : &pin->v6;
	if (source->mode == PIN_REFUSED && facts->domain == AF_INET6)
		source = &pin->v4;
	switch (source->mode) {
	case PIN_ADDRESS:
		return born_at(facts, &source->ip, source->scope);
	case PIN_REFUSED:
		return born_at(facts, &IP_V4_LOOPBACK, 0);
	case PIN_ANY:
		break;
	}
	if (source == &pin->v4 && facts->domain == AF_INET6)
		return born_at(facts, &IP_V4_WILDCARD, 0);
	return (struct verdict){0};
}

struct verdict pin_on_socket(const struct pin *pin, const struct facts *facts)
{
	struct verdict verdict = born(pin, facts);
	bool is_early = pin_is_by_device(pin) && !ip_is_loopback(&verdict.source.ip);
	if (pin->ifindex == 0 || verdict.set_device || (facts->type == SOCK_STREAM && !is_early))
		return verdict;
	verdict.set_multicast = facts->type != SOCK_STREAM;
	hold_pin(pin, facts, HOLD_UNCONNECTED, &verdict);
	if (facts->domain == AF_INET6) { /* holds v4-mapped peers if the device is let go */
		verdict.set_unicast = true;
		verdict.unicast = pin->ifindex;
	}
	return verdict;
}

struct verdict pin_on_failed_socket(const struct pin *pin, const struct facts *facts)
{
	(void)pin;
	return born_at(facts, &IP_V4_LOOPBACK, 0);
}
