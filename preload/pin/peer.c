/* SPDX-License-Identifier: MIT */
/*
 * The verdicts on connect and on datagrams, which depend on the peer: a remote one sees the pin,
 * this host's services see loopback or the pin without its device, an excluded one is reached from
 * the kernel's choice.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "hold.h"
#include "pin.h"

static const struct ip *wildcard_of(const struct facts *facts)
{
	return facts->domain == AF_INET ? &IP_V4_WILDCARD : &IP_V6_WILDCARD;
}

static bool is_wildcard_with_port(const struct facts *facts)
{
	return ip_is_wildcard(&facts->local.ip) && facts->local.port != 0;
}

/* Asks for source unless the socket is bound there already. */
static void want_source(const struct facts *facts, const struct ip *ip, uint32_t scope,
			struct verdict *verdict)
{
	verdict->source = (struct endpoint){.family = facts->domain, .ip = *ip, .scope = scope};
	verdict->rebind = !ip_equal(&facts->local.ip, ip);
}

static void to_loopback(const struct pin *pin, const struct facts *facts, bool v4,
			struct verdict *verdict)
{
	const struct ip *loopback = v4 ? &IP_V4_LOOPBACK : &IP_V6_LOOPBACK;
	want_source(facts, loopback, 0, verdict);
	if (ip_is_loopback(&facts->local.ip) && ip_is_v4(&facts->local.ip) == v4)
		verdict->rebind = false; /* the program's own 127.0.0.2 stays */
	verdict->may_stay = true;
	hold_loopback(pin, facts, verdict);
}

static void to_own(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		   struct verdict *verdict)
{
	const struct pin_source *source = pin_source_for(pin, &peer->ip);
	verdict->may_stay = true;
	switch (source->mode) {
	case PIN_ADDRESS:
		want_source(facts, &source->ip, source->scope, verdict);
		break;
	case PIN_REFUSED: /* from the very address: a local one, so that nothing leaves */
		want_source(facts, &peer->ip, peer->scope, verdict);
		break;
	case PIN_ANY:
		if (ip_is_loopback(&facts->local.ip))
			want_source(facts, wildcard_of(facts), 0, verdict);
		break;
	}
	hold_none(pin, facts, LOOPBACK_IFINDEX, verdict);
}

static void to_excluded(const struct pin *pin, const struct facts *facts, struct verdict *verdict)
{
	want_source(facts, wildcard_of(facts), 0, verdict);
	verdict->may_stay = true;
	hold_none(pin, facts, 0, verdict);
}

/*
 * The wildcard of a dual-stack datagram socket is held by the device alone, and so reaches peers of
 * both families; a bound socket reaches those of its own.
 */
static bool may_be_dual(const struct pin *pin, const struct facts *facts, bool v4)
{
	return pin->follows && v4 && facts->domain == AF_INET6 && facts->type == SOCK_DGRAM &&
	       pin->v6.mode == PIN_ADDRESS;
}

static void to_remote(const struct pin *pin, const struct facts *facts, bool v4,
		      enum hold_state state, struct verdict *verdict)
{
	const struct pin_source *source = v4 ? &pin->v4 : &pin->v6;
	switch (source->mode) {
	case PIN_REFUSED:
		verdict->error = ENETUNREACH;
		return;
	case PIN_ANY:
		if (ip_is_loopback(&facts->local.ip))
			want_source(facts, wildcard_of(facts), 0, verdict);
		break;
	case PIN_ADDRESS:
		if (is_wildcard_with_port(facts) && pin->follows)
			break; /* as its bind has left it, held by the device */
		if (may_be_dual(pin, facts, v4))
			want_source(facts, &IP_V6_WILDCARD, 0, verdict);
		else
			want_source(facts, &source->ip, source->scope, verdict);
		if (verdict->rebind && pin_owns(pin, &facts->local.ip) &&
		    ip_is_v4(&facts->local.ip) == v4)
			verdict->rebind = false;
		break;
	}
	hold_pin(pin, facts, state, verdict);
}

/* Does the kernel send there? If not, it says why. */
static bool can_reach(const struct facts *facts, const struct endpoint *peer)
{
	if (peer->family == AF_UNSPEC)
		return facts->domain == AF_INET && facts->type != SOCK_STREAM;
	if (facts->domain == AF_INET)
		return peer->family == AF_INET;
	return !facts->v6only || !ip_is_v4(&peer->ip);
}

static struct verdict to_peer(const struct pin *pin, const struct facts *facts,
			      const struct endpoint *peer, enum hold_state state)
{
	struct verdict verdict = {0};
	bool v4 = ip_is_v4(&peer->ip);
	if (!can_reach(facts, peer))
		return verdict;
	enum reach reach = pin_reach(pin, &peer->ip);
	const struct pin_source *source = pin_source_for(pin, &peer->ip);
	if (reach == REACH_LOOPBACK && source->mode == PIN_ADDRESS && ip_is_loopback(&source->ip))
		reach = REACH_REMOTE; /* -a 127.0.0.2: the pin is kept */
	switch (reach) {
	case REACH_REMOTE:
		to_remote(pin, facts, v4, state, &verdict);
		break;
	case REACH_LOOPBACK:
		/* Without a pinned address the kernel's own choice is loopback already. */
		if (source->mode != PIN_ANY)
			to_loopback(pin, facts, v4, &verdict);
		break;
	case REACH_OWN:
		to_own(pin, facts, peer, &verdict);
		break;
	case REACH_EXCLUDED:
		to_excluded(pin, facts, &verdict);
		break;
	}
	if (reach != REACH_EXCLUDED && verdict.error == 0)
		verdict.choose_port = (facts->local.port == 0 || verdict.rebind) &&
				      hold_ports_one_by_one(pin, facts);
	return verdict;
}

struct verdict pin_on_connect(const struct pin *pin, const struct facts *facts,
			      const struct endpoint *peer)
{
	struct verdict verdict = to_peer(pin, facts, peer, HOLD_CONNECTED);
	verdict.replaces_peer = true;
	verdict.share_ports = verdict.choose_port && facts->type == SOCK_STREAM;
	return verdict;
}

struct verdict pin_on_send(const struct pin *pin, const struct facts *facts,
			   const struct endpoint *peer)
{
	struct verdict verdict = to_peer(pin, facts, peer, HOLD_UNCONNECTED);
	/*
	 * An IPv4 socket stays as it is held and only this datagram goes by way of lo, so that what
	 * other threads send meanwhile is not touched.
	 */
	if (facts->domain == AF_INET && pin->ifindex != 0 && pin->v4.mode == PIN_ADDRESS &&
	    peer->family != AF_INET6 && pin_reach(pin, &peer->ip) == REACH_OWN) {
		verdict.drop_device = false;
		verdict.set_unicast = facts->device == 0;
		verdict.unicast = pin->ifindex;
		verdict.override = true;
	}
	return verdict;
}

struct verdict pin_on_disconnect(const struct pin *pin, const struct facts *facts,
				 const struct endpoint *endpoint)
{
	struct verdict verdict = {.may_stay = true};
	bool v4 = ip_is_v4(&facts->local.ip);
	(void)endpoint;
	if (facts->type == SOCK_STREAM)
		return verdict;
	if (ip_is_loopback(&facts->local.ip))
		hold_loopback(pin, facts, &verdict);
	else
		to_remote(pin, facts, v4, HOLD_UNCONNECTED, &verdict);
	return verdict;
}

bool pin_send_is_usual(const struct pin *pin, const struct endpoint *local,
		       const struct endpoint *peer)
{
	if (pin->ifindex == 0 || (pin->port_low != 0 && !pin->ports_by_kernel))
		return false;
	if (local->family != AF_INET || peer->family != AF_INET)
		return false;
	if (pin->v4.mode != PIN_ADDRESS || !ip_equal(&local->ip, &pin->v4.ip))
		return false;
	return pin_reach(pin, &peer->ip) == REACH_REMOTE;
}

bool pin_minds_own(const struct pin *pin, const struct ip *ip)
{
	return pin->ifindex != 0 || pin_source_for(pin, ip)->mode != PIN_ADDRESS;
}

bool pin_connect_is_usual(const struct pin *pin, const struct endpoint *local,
			  const struct endpoint *peer, struct verdict *ret_verdict)
{
	bool v4 = peer->family == AF_INET;
	const struct pin_source *source = v4 ? &pin->v4 : &pin->v6;
	if (pin->ifindex == 0 || (pin->port_low != 0 && !pin->ports_by_kernel))
		return false;
	if (local->family != peer->family || ip_is_v4(&peer->ip) != v4 || local->port != 0)
		return false;
	if (source->mode != PIN_ADDRESS || pin_reach(pin, &peer->ip) != REACH_REMOTE)
		return false;
	bool is_held = v4 && ip_equal(&local->ip, &IP_V4_LOOPBACK);
	if (!is_held && !ip_equal(&local->ip, &source->ip))
		return false;
	*ret_verdict = (struct verdict){
		.source = {.family = local->family, .ip = source->ip, .scope = source->scope},
		.set_device = true,
		.device = pin->ifindex,
		.replaces_peer = true,
	};
	ret_verdict->rebind = !ip_equal(&local->ip, &source->ip);
	return true;
}
