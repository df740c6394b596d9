/* SPDX-License-Identifier: MIT */
/*
 * The verdict on connect, which depends on the peer. A remote peer sees the pin. This host's
 * services see loopback, or the pin without its device. An excluded peer sees the source that the
 * kernel chooses. A connected socket sends to its one peer only, so it may be let go of its device
 * if that peer is exempt. datagram.c judges datagrams that name a peer each.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "pin/hold.h"
#include "pin/pin.h"

/*
 * Judges a socket that cannot be bound again. A stream loses its device. A datagram socket gets lo
 * as its unicast interface, and there its datagrams end.
 */
static void stay_for_loopback(const struct pin *pin, const struct facts *facts,
			      struct verdict *verdict)
{
	if (pin->ifindex == 0)
		return;
	verdict->drop_device = facts->device != 0;
	hold_to_lo(facts, verdict);
}

static void to_loopback(const struct pin *pin, const struct facts *facts,
			const struct endpoint *peer, struct verdict *verdict)
{
	bool is_v4 = hold_is_v4(facts, peer);
	const struct ip *loopback = is_v4 ? &IP_V4_LOOPBACK : &IP_V6_LOOPBACK;
	bool is_there = ip_is_loopback(&facts->local.ip) && ip_is_v4(&facts->local.ip) == is_v4;
	if (hold_is_away(pin, facts)) {
		/* The device would take a datagram from a loopback address outside. */
		const struct pin_source *source = is_v4 ? &pin->v4 : &pin->v6;
		if (source->mode != PIN_ADDRESS ||
		    !hold_source(facts, &source->ip, source->scope, verdict))
			verdict->error = ENETUNREACH;
		return;
	}
	/* If the program bound the socket to 127.0.0.2, say, it stays there. */
	if (is_there || hold_source(facts, loopback, 0, verdict))
		hold_loopback(pin, facts, verdict);
	else
		stay_for_loopback(pin, facts, verdict);
}

static void to_own(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		   struct verdict *verdict)
{
	const struct pin_source *source = pin_source_for(pin, &peer->ip);
	if (source->mode != PIN_ADDRESS) {
		hold_own_unpinned(pin, facts, peer, verdict);
		return;
	}
	/* A socket that must stay is right there too: whatever it sends goes to this host. */
	bool is_taken = hold_source(facts, &source->ip, source->scope, verdict);
	if ((!is_taken && hold_is_away(pin, facts)) || hold_is_astray(pin, facts, peer))
		verdict->error = ENETUNREACH;
	hold_none(pin, facts, LOOPBACK_IFINDEX, verdict);
}

/*
 * Is the socket on the wildcard, and held there by its device? Then it reaches both families, and
 * the kernel chooses the source.
 */
static bool is_held_open(const struct pin *pin, const struct facts *facts, bool is_v4)
{
	bool to_both = is_v4 && facts->domain == AF_INET6 && facts->type == SOCK_DGRAM &&
		       pin->v6.mode == PIN_ADDRESS;
	if (!pin->follows)
		return false;
	return hold_is_open(facts) || (to_both && ip_is_wildcard(&facts->local.ip));
}

/* Gives the socket a source of the pin's. Returns false if it must keep another source. */
static bool take_source(const struct pin *pin, const struct facts *facts,
			const struct endpoint *peer, struct verdict *verdict)
{
	bool is_v4 = ip_is_v4(&peer->ip);
	struct pin_source source = pin_source_to(pin, &peer->ip);
	if (hold_is_doubtful(facts, peer))
		return hold_source(facts, &source.ip, source.scope, verdict);
	if (is_held_open(pin, facts, is_v4) ||
	    (pin->follows && ip_is_multicast(&facts->local.ip))) {
		verdict->needs_live_pin = true;
		return true;
	}
	if (ip_is_v4(&facts->local.ip) == is_v4 && pin_suits(pin, &facts->local.ip, &peer->ip))
		return true;
	if (pin->follows && is_v4 && hold_is_dual(pin, facts) && !ip_is_v4(&facts->local.ip)) {
		verdict->needs_live_pin = true;
		return hold_source(facts, &IP_V6_WILDCARD, 0, verdict);
	}
	bool is_owned = ip_is_v4(&facts->local.ip) == is_v4 && pin_owns(pin, &facts->local.ip);
	return hold_source(facts, &source.ip, source.scope, verdict) || is_owned;
}

/*
 * Does the kernel refuse the peer because the socket has an IPv4 address (fact 4)? If the peer is a
 * link-local one, the kernel sets its device first.
 */
static bool is_on_v4(const struct facts *facts, const struct endpoint *peer)
{
	const struct ip *local = &facts->local.ip;
	return facts->domain == AF_INET6 && ip_is_v4(local) && !ip_is_wildcard(local) &&
	       !ip_is_v4(&peer->ip);
}

static void to_remote(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		      struct verdict *verdict)
{
	bool has_source = true;
	switch (pin_source_for(pin, &peer->ip)->mode) {
	case PIN_REFUSED:
		verdict->error = ENETUNREACH;
		return;
	case PIN_ANY:
		has_source = !is_on_v4(facts, peer) && hold_leave_loopback(pin, facts, verdict);
		break;
	case PIN_ADDRESS:
		has_source = take_source(pin, facts, peer, verdict);
		break;
	}
	if (hold_is_other_link(pin, peer))
		verdict->error = ENETUNREACH;
	else if (facts->type == SOCK_STREAM && ip_is_multicast(&peer->ip))
		verdict->rebind = false; /* the kernel refuses it, but a device would stay */
	else if (!has_source)
		verdict->error = hold_no_source(facts, peer);
	else
		hold_pin(pin, facts, HOLD_CONNECTED, verdict);
}

/*
 * Has the socket an IPv6 address that a connect from the wildcard gave it, and must keep it? Then it
 * has no address for an IPv4 peer. The kernel would choose one, and the program may have chosen the
 * uplink (IP_UNICAST_IF).
 */
static bool crosses_over(const struct pin *pin, const struct facts *facts,
			 const struct endpoint *peer)
{
	const struct ip *local = &facts->local.ip;
	return pin->ifindex == 0 && hold_must_stay(facts) && hold_is_dual(pin, facts) &&
	       ip_is_v4(&peer->ip) && !ip_is_v4(local) && !ip_is_wildcard(local);
}

struct verdict pin_on_connect(const struct pin *pin, const struct facts *facts,
			      const struct endpoint *peer)
{
	static const struct hold_ways ways = {to_remote, to_loopback, to_own};
	struct verdict verdict = {.replaces_peer = true};
	if (!hold_can_reach(facts, peer))
		return verdict;
	verdict.reach = hold_reach(pin, facts, peer);
	/*
	 * For a peer on this host the kernel gives a group's socket a source that it then keeps
	 * (is_stranded()).
	 */
	if (hold_is_raw_mapped(facts, peer) || crosses_over(pin, facts, peer) ||
	    (ip_is_multicast(&facts->local.ip) && verdict.reach != REACH_REMOTE)) {
		verdict.error = ENETUNREACH;
		return verdict;
	}
	hold_for_peer(pin, facts, peer, &ways, &verdict);
	verdict.share_ports = verdict.choose_port && facts->type == SOCK_STREAM;
	return verdict;
}

/* Does what pin_on_socket() does at birth, for a socket that may have an address already. */
static struct verdict born_again(const struct pin *pin, const struct facts *facts)
{
	struct verdict verdict = pin_on_socket(pin, facts);
	if (!verdict.rebind && !ip_is_wildcard(&facts->local.ip) && !pin_is_by_device(pin)) {
		verdict.rebind = true;
		verdict.source =
			(struct endpoint){.family = facts->domain, .ip = *hold_wildcard(facts)};
	}
	if (ip_equal(&facts->local.ip, &verdict.source.ip))
		verdict.rebind = false;
	return verdict;
}

/*
 * Must the socket keep a source that is not the pin's? When it connected to this host from the
 * wildcard, the kernel gave it one of this host's addresses, and a socket that was ever bound keeps
 * that and its port after connect(AF_UNSPEC) (SOCK_BINDADDR_LOCK, fact 25).
 */
static bool is_stranded(const struct pin *pin, const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	return pin->ifindex != 0 && !pin_is_by_device(pin) && !ip_is_wildcard(local) &&
	       !ip_is_multicast(local) && !pin_owns(pin, local);
}

/* Is the socket on a group, and which interface of a pool it had is lost (pool.c)? */
static bool is_refused(const struct pin *pin, const struct ip *local)
{
	return ip_is_multicast(local) && pin->v4.mode == PIN_REFUSED && pin->v6.mode == PIN_REFUSED;
}

struct verdict pin_on_disconnect(const struct pin *pin, const struct facts *facts)
{
	struct verdict verdict = {0};
	if (facts->type == SOCK_STREAM)
		return verdict;
	if (facts->local.port == 0)
		return born_again(pin, facts);
	if (ip_is_loopback(&facts->local.ip) && !pin_is_by_device(pin))
		hold_loopback(pin, facts, &verdict);
	else if (is_stranded(pin, facts) || is_refused(pin, &facts->local.ip))
		verdict.error = EADDRNOTAVAIL;
	else if (hold_is_on_group(pin, facts))
		hold_to_lo(facts, &verdict);
	else
		hold_pin(pin, facts, HOLD_UNCONNECTED, &verdict);
	return verdict;
}

bool pin_minds_own(const struct pin *pin, const struct ip *ip)
{
	return pin->ifindex != 0 || pin_source_for(pin, ip)->mode != PIN_ADDRESS;
}
