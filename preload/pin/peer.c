/* SPDX-License-Identifier: MIT */
/*
 * The verdict on connect, which depends on the peer: a remote one sees the pin, this host's
 * services see loopback or the pin without its device, an excluded one is reached from the kernel's
 * choice. What a connected socket sends goes to that peer only, so that it may be let go for one
 * that is exempt; datagram.c has those that name a peer each.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "pin/hold.h"
#include "pin/pin.h"

/* For a datagram socket that cannot be bound again: lo is where its datagrams go, and end. */
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
	bool v4 = hold_is_v4(facts, peer);
	const struct ip *loopback = v4 ? &IP_V4_LOOPBACK : &IP_V6_LOOPBACK;
	bool is_there = ip_is_loopback(&facts->local.ip) && ip_is_v4(&facts->local.ip) == v4;
	if (hold_is_away(pin, facts)) {
		/* Loopback's address would leave there. */
		const struct pin_source *source = v4 ? &pin->v4 : &pin->v6;
		if (source->mode != PIN_ADDRESS ||
		    !hold_source(facts, &source->ip, source->scope, verdict))
			verdict->error = ENETUNREACH;
		return;
	}
	/* The program's own 127.0.0.2 stays. */
	if (is_there || hold_source(facts, loopback, 0, verdict))
		hold_loopback(pin, facts, verdict);
	else
		stay_for_loopback(pin, facts, verdict);
}

static void to_own(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		   struct verdict *verdict)
{
	const struct pin_source *source = pin_source_for(pin, &peer->ip);
	/* Each may stay where it is, too: the peer is this host, and the socket is connected. */
	switch (source->mode) {
	case PIN_ADDRESS:
		if ((!hold_source(facts, &source->ip, source->scope, verdict) &&
		     hold_is_away(pin, facts)) ||
		    hold_is_astray(pin, facts, peer))
			verdict->error = ENETUNREACH;
		break;
	case PIN_REFUSED:
		hold_refused(pin, facts, peer, verdict);
		break;
	case PIN_ANY:
		(void)hold_leave_loopback(facts, verdict); /* else it may stay */
		break;
	}
	hold_none(pin, facts, LOOPBACK_IFINDEX, verdict);
}

/* A wildcard that the device holds reaches both families; the kernel chooses the source there. */
static bool is_held_open(const struct pin *pin, const struct facts *facts, bool v4)
{
	bool to_both = v4 && facts->domain == AF_INET6 && facts->type == SOCK_DGRAM &&
		       pin->v6.mode == PIN_ADDRESS;
	if (!pin->follows)
		return false;
	return hold_is_open(facts) || (to_both && ip_is_wildcard(&facts->local.ip));
}

/* Returns false if the socket cannot have a source of the pin's. */
static bool take_source(const struct pin *pin, const struct facts *facts,
			const struct endpoint *peer, struct verdict *verdict)
{
	bool v4 = ip_is_v4(&peer->ip);
	struct pin_source source = pin_source_to(pin, &peer->ip);
	if (hold_is_doubtful(facts, peer))
		return hold_source(facts, &source.ip, source.scope, verdict);
	if (is_held_open(pin, facts, v4) || (pin->follows && ip_is_multicast(&facts->local.ip))) {
		verdict->needs_live_pin = true;
		return true;
	}
	if (ip_is_v4(&facts->local.ip) == v4 && pin_suits(pin, &facts->local.ip, &peer->ip))
		return true;
	if (pin->follows && v4 && hold_is_dual(pin, facts) && !ip_is_v4(&facts->local.ip)) {
		verdict->needs_live_pin = true;
		return hold_source(facts, &IP_V6_WILDCARD, 0, verdict);
	}
	bool is_owned = ip_is_v4(&facts->local.ip) == v4 && pin_owns(pin, &facts->local.ip);
	return hold_source(facts, &source.ip, source.scope, verdict) || is_owned;
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
		has_source = hold_leave_loopback(facts, verdict);
		break;
	case PIN_ADDRESS:
		has_source = take_source(pin, facts, peer, verdict);
		break;
	}
	if (hold_is_other_link(pin, peer))
		verdict->error = ENETUNREACH;
	else if (facts->type == SOCK_STREAM && ip_is_multicast(&peer->ip))
		verdict->rebind = false; /* the kernel refuses it; a device would stay for ever */
	else if (!has_source)
		verdict->error = hold_no_source(facts, peer);
	else
		hold_pin(pin, facts, HOLD_CONNECTED, verdict);
}

struct verdict pin_on_connect(const struct pin *pin, const struct facts *facts,
			      const struct endpoint *peer)
{
	static const struct hold_ways ways = {to_remote, to_loopback, to_own};
	struct verdict verdict = {.replaces_peer = true};
	if (!hold_can_reach(facts, peer))
		return verdict;
	verdict.reach = hold_reach(pin, facts, peer);
	/* For a peer on this host a group's socket would get a source that it keeps
	 * (is_stranded()). */
	if (hold_is_raw_mapped(facts, peer) ||
	    (ip_is_multicast(&facts->local.ip) && verdict.reach != REACH_REMOTE)) {
		verdict.error = ENETUNREACH;
		return verdict;
	}
	hold_for_peer(pin, facts, peer, &ways, &verdict);
	verdict.share_ports = verdict.choose_port && facts->type == SOCK_STREAM;
	return verdict;
}

/* What its birth would do, of a socket that has an address already. */
static struct verdict born_again(const struct pin *pin, const struct facts *facts)
{
	struct verdict verdict = pin_on_socket(pin, facts);
	if (!verdict.rebind && !ip_is_wildcard(&facts->local.ip)) {
		verdict.rebind = true;
		verdict.source =
			(struct endpoint){.family = facts->domain, .ip = *hold_wildcard(facts)};
	}
	if (ip_equal(&facts->local.ip, &verdict.source.ip))
		verdict.rebind = false;
	return verdict;
}

/*
 * The kernel gave a wildcard an address of this host's for a peer there, and a socket that was
 * bound once keeps it (SOCK_BINDADDR_LOCK), as it keeps its port: it can have no source of the
 * pin's.
 */
static bool is_stranded(const struct pin *pin, const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	return pin->ifindex != 0 && !ip_is_wildcard(local) && !ip_is_multicast(local) &&
	       !pin_owns(pin, local);
}

struct verdict pin_on_disconnect(const struct pin *pin, const struct facts *facts)
{
	struct verdict verdict = {0};
	if (facts->type == SOCK_STREAM)
		return verdict;
	if (facts->local.port == 0)
		return born_again(pin, facts);
	if (ip_is_loopback(&facts->local.ip))
		hold_loopback(pin, facts, &verdict);
	else if (is_stranded(pin, facts))
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
