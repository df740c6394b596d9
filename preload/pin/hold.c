/* SPDX-License-Identifier: MIT */
/*
 * What the ways to hold a socket do to its device, its unicast interfaces and its source address.
 * Without privilege a program can set a device once and then neither change it nor let it go (fact
 * 6), except that connect(AF_UNSPEC) frees a datagram socket of it.
 */
#include "pin/hold.h"

#include <errno.h>
#include <sys/socket.h>

#include "pin/exempt.h"

/*
 * Did hold_loopback() put this socket on lo? Any other device is the program's choice, and stays.
 */
static bool is_held_to_loopback(const struct facts *facts)
{
	return facts->device == LOOPBACK_IFINDEX && ip_is_loopback(&facts->local.ip);
}

static void want_device(const struct facts *facts, unsigned int device, struct verdict *verdict)
{
	if (facts->device == device)
		return;
	verdict->drop_device = facts->device != 0;
	verdict->set_device = true;
	verdict->device = device;
}

static void want_unicast(const struct facts *facts, unsigned int index, struct verdict *verdict)
{
	verdict->set_unicast = true;
	verdict->unicast = index;
	verdict->set_unicast_v6 = facts->domain == AF_INET6;
	verdict->unicast_v6 = index;
}

void hold_pin(const struct pin *pin, const struct facts *facts, enum hold_state state,
	      struct verdict *verdict)
{
	bool datagram_v4 = facts->type != SOCK_STREAM && facts->domain == AF_INET;
	if (pin->ifindex == 0) {
		verdict->drop_device = is_held_to_loopback(facts);
		return;
	}
	/* The kernel refuses a unicast interface to a socket that has a device (EINVAL). */
	if (datagram_v4 && facts->device != pin->ifindex) {
		verdict->set_unicast = true;
		verdict->unicast = pin->ifindex;
		if (facts->device == 0 && state == HOLD_UNCONNECTED && !pin_is_by_device(pin))
			return;
	}
	want_device(facts, pin->ifindex, verdict);
}

void hold_loopback(const struct pin *pin, const struct facts *facts, struct verdict *verdict)
{
	if (facts->type == SOCK_STREAM) {
		verdict->drop_device = pin->ifindex != 0 && facts->device != 0;
		return;
	}
	if (facts->domain == AF_INET6) {
		/* From ::1 the kernel sends to any host (fact 9). The program's device stays. */
		if (pin->ifindex != 0 || facts->device == 0)
			want_device(facts, LOOPBACK_IFINDEX, verdict);
		return;
	}
	if (pin->ifindex == 0)
		return;
	/* From 127.0.0.1 the kernel reaches only this host, unless an interface is named. */
	verdict->drop_device = facts->device != 0;
	verdict->set_unicast = true;
	verdict->unicast = 0;
}

void hold_none(const struct pin *pin, const struct facts *facts, unsigned int unicast,
	       struct verdict *verdict)
{
	bool has_peer = facts->is_connected; /* then the device cannot be let go */
	verdict->drop_device = !has_peer && (is_held_to_loopback(facts) ||
					     (pin->ifindex != 0 && facts->device != 0));
	if (pin->ifindex == 0 || facts->type == SOCK_STREAM || has_peer)
		return;
	want_unicast(facts, unicast, verdict);
	verdict->unicast_v6 = 0; /* the local routes of IPv6 are not lo's: lo would cut them off */
}

void hold_to_lo(const struct facts *facts, struct verdict *verdict)
{
	if (facts->type == SOCK_STREAM)
		return;
	verdict->drop_device = facts->device != 0;
	want_unicast(facts, LOOPBACK_IFINDEX, verdict);
}

bool hold_is_away(const struct pin *pin, const struct facts *facts)
{
	return pin->ifindex == 0 && facts->device != 0 && facts->device != LOOPBACK_IFINDEX;
}

void hold_by_unicast(const struct pin *pin, const struct facts *facts, struct verdict *verdict)
{
	verdict->drop_device = facts->device != 0;
	want_unicast(facts, pin->ifindex, verdict);
	if (pin->v4.mode != PIN_ADDRESS) /* IPv4 is refused: its datagrams end on lo */
		verdict->unicast = LOOPBACK_IFINDEX;
}

bool hold_must_stay(const struct facts *facts)
{
	return facts->is_fixed || facts->is_connected;
}

bool hold_source(const struct facts *facts, const struct ip *ip, uint32_t scope,
		 struct verdict *verdict)
{
	if (ip_equal(&facts->local.ip, ip))
		return true;
	if (hold_must_stay(facts))
		return false;
	verdict->rebind = true;
	verdict->source = (struct endpoint){.family = facts->domain, .ip = *ip, .scope = scope};
	return true;
}

bool hold_leave_loopback(const struct pin *pin, const struct facts *facts, struct verdict *verdict)
{
	bool is_behind = pin_is_by_device(pin) && facts->device == pin->ifindex;
	return !ip_is_loopback(&facts->local.ip) || is_behind ||
	       hold_source(facts, hold_wildcard(facts), 0, verdict);
}

int hold_no_source(const struct facts *facts, const struct endpoint *peer)
{
	const struct ip *local = &facts->local.ip;
	if (facts->domain == AF_INET6 && ip_is_v4(local) && !ip_is_v4(&peer->ip))
		return EAFNOSUPPORT;
	return ip_is_loopback(local) && ip_is_v4(local) ? EINVAL : ENETUNREACH;
}

const struct ip *hold_wildcard(const struct facts *facts)
{
	return facts->domain == AF_INET ? &IP_V4_WILDCARD : &IP_V6_WILDCARD;
}

bool hold_is_open(const struct facts *facts)
{
	return ip_is_wildcard(&facts->local.ip) && facts->local.port != 0;
}

bool hold_is_other_link(const struct pin *pin, const struct endpoint *endpoint)
{
	return pin->ifindex != 0 && endpoint->family == AF_INET6 && endpoint->scope != 0 &&
	       endpoint->scope != pin->ifindex && endpoint->scope != LOOPBACK_IFINDEX &&
	       (ip_is_link_local(&endpoint->ip) || ip_is_multicast(&endpoint->ip));
}

bool hold_is_astray(const struct pin *pin, const struct facts *facts, const struct endpoint *peer)
{
	return pin->ifindex != 0 && hold_must_stay(facts) && ip_is_scoped(&facts->local.ip) &&
	       !ip_is_v4(&peer->ip) && !pin_owns(pin, &peer->ip);
}

bool hold_is_dual(const struct pin *pin, const struct facts *facts)
{
	return facts->domain == AF_INET6 && facts->type == SOCK_DGRAM && !facts->v6only &&
	       !facts->is_ping && pin_has_both(pin);
}

/* Is the peer a link-local address that this host has only on other links (fact 29)? */
static bool is_on_other_link(const struct pin *pin, const struct endpoint *peer)
{
	if (peer->scope == 0 || !ip_is_scoped(&peer->ip))
		return false;
	for (size_t i = pin->own; i < pin->exempt_count; i++)
		if (pin->exempt[i].ifindex == peer->scope &&
		    ip_equal(&pin->exempt[i].ip, &peer->ip))
			return false;
	return true;
}

uint16_t hold_port(const struct facts *facts, const struct endpoint *peer)
{
	return facts->type == SOCK_RAW || facts->is_ping ? 0 : peer->port;
}

enum reach hold_reach(const struct pin *pin, const struct facts *facts, const struct endpoint *peer)
{
	uint16_t port = hold_port(facts, peer);
	enum reach reach = pin_reach(pin, &peer->ip, port);
	const struct pin_source *source = pin_source_for(pin, &peer->ip);
	if (reach == REACH_LOOPBACK && source->mode == PIN_ADDRESS && ip_is_loopback(&source->ip))
		return REACH_REMOTE; /* -a 127.0.0.2: this source reaches it, so the pin is kept */
	bool is_elsewhere = facts->is_peer_gone || is_on_other_link(pin, peer);
	return reach == REACH_OWN && is_elsewhere ? exempt_reach_abroad(pin, &peer->ip, port)
						  : reach;
}

bool hold_is_v4(const struct facts *facts, const struct endpoint *peer)
{
	bool stays_mapped = hold_must_stay(facts) && ip_is_v4(&facts->local.ip);
	return ip_is_v4(&peer->ip) || (stays_mapped && ip_is_wildcard(&peer->ip));
}

bool hold_is_doubtful(const struct facts *facts, const struct endpoint *peer)
{
	return facts->is_peer_gone && !ip_is_v4(&peer->ip) && ip_is_wildcard(&facts->local.ip);
}

bool hold_keeps_group(const struct pin *pin, const struct facts *facts)
{
	return pin->ifindex != 0 &&
	       (pin->follows || facts->domain == AF_INET6 || pin_is_by_device(pin));
}

bool hold_is_on_group(const struct pin *pin, const struct facts *facts)
{
	return ip_is_multicast(&facts->local.ip) && !hold_keeps_group(pin, facts);
}

bool hold_is_raw_mapped(const struct facts *facts, const struct endpoint *peer)
{
	return facts->type == SOCK_RAW && facts->domain == AF_INET6 && ip_is_v4(&peer->ip);
}

bool hold_can_reach(const struct facts *facts, const struct endpoint *peer)
{
	if (peer->family == AF_UNSPEC)
		return facts->domain == AF_INET && facts->type != SOCK_STREAM;
	if (facts->domain == AF_INET)
		return peer->family == AF_INET;
	if (facts->type == SOCK_STREAM && peer->family == AF_INET)
		return false;
	return !facts->v6only || !ip_is_v4(&peer->ip);
}

static void bind_to_peer(const struct pin *pin, const struct facts *facts,
			 const struct endpoint *peer, struct verdict *verdict)
{
	bool is_away = facts->device != 0 && facts->device != pin->ifindex;
	if (facts->type != SOCK_STREAM) { /* the program's unicast interface would take it out */
		verdict->set_unicast = ip_is_v4(&peer->ip);
		verdict->unicast = LOOPBACK_IFINDEX;
		verdict->set_unicast_v6 = facts->domain == AF_INET6;
	}
	/* A link-local peer needs its own link, but the socket keeps that of the pin. */
	bool is_scoped = pin->ifindex != 0 && ip_is_scoped(&peer->ip);
	bool is_taken = !is_scoped && hold_source(facts, &peer->ip, peer->scope, verdict);
	/* A socket that stays on loopback sends from there, and nothing leaves either. */
	if (is_scoped || (!is_taken && !ip_is_loopback(&facts->local.ip)) ||
	    (is_away && !is_held_to_loopback(facts)))
		verdict->error = ENETUNREACH;
}

void hold_own_unpinned(const struct pin *pin, const struct facts *facts,
		       const struct endpoint *peer, struct verdict *verdict)
{
	if (pin_source_for(pin, &peer->ip)->mode == PIN_REFUSED)
		bind_to_peer(pin, facts, peer, verdict);
	else /* a socket that must stay may do so */
		(void)hold_leave_loopback(pin, facts, verdict);
	hold_none(pin, facts, LOOPBACK_IFINDEX, verdict);
}

bool hold_ports_one_by_one(const struct pin *pin, const struct facts *facts)
{
	return pin_ports_one_by_one(pin) && facts->type != SOCK_RAW;
}

/*
 * Must the call choose a port of the range? It must if the socket has no port, will lose its port,
 * or has one outside of the range that the kernel chose.
 */
static bool chooses_port(const struct pin *pin, const struct facts *facts, bool rebinds)
{
	uint16_t port = facts->local.port;
	bool is_outside = port < pin->port_low || port > pin->port_high;
	if (hold_must_stay(facts) || !hold_ports_one_by_one(pin, facts))
		return false;
	/* The kernel has chosen a port of its own if an earlier send failed for want of a peer. */
	return port == 0 || rebinds || (is_outside && facts->type != SOCK_STREAM);
}

/* The kernel chooses the source and the way to an excluded peer. */
static void to_excluded(const struct pin *pin, const struct facts *facts,
			const struct endpoint *peer, struct verdict *verdict)
{
	/* From a v4-mapped address the kernel has no way to IPv6's wildcard, only to IPv4's. */
	bool is_mapped = ip_is_v4(&peer->ip) && ip_is_v4(&facts->local.ip);
	const struct ip *wildcard = is_mapped ? &IP_V4_WILDCARD : hold_wildcard(facts);
	(void)hold_source(facts, wildcard, 0, verdict); /* a socket that cannot move stays */
	hold_none(pin, facts, 0, verdict);
}

void hold_for_peer(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		   const struct hold_ways *ways, struct verdict *verdict)
{
	switch (verdict->reach) {
	case REACH_REMOTE:
		ways->to_remote(pin, facts, peer, verdict);
		break;
	case REACH_LOOPBACK:
		/* If only ports are pinned, the kernel chooses a loopback source by itself. */
		if (pin_source_for(pin, &peer->ip)->mode != PIN_ANY)
			ways->to_loopback(pin, facts, peer, verdict);
		break;
	case REACH_OWN:
		ways->to_own(pin, facts, peer, verdict);
		break;
	case REACH_EXCLUDED:
		to_excluded(pin, facts, peer, verdict);
		return; /* the user wants no pin for it, so its port is the kernel's choice too */
	}
	if (verdict->error == 0)
		verdict->choose_port = chooses_port(pin, facts, verdict->rebind);
}
