/* SPDX-License-Identifier: MIT */
/*
 * The verdict on a datagram that names its peer. What is exempt travels with the packet: under a
 * pin that follows its interface, a socket that sends to this host goes to the wildcard once, where
 * the unicast interfaces hold it, and each datagram to this host carries a control message by way
 * of lo (fact 7). It keeps its port, hears the answers from either side, and no other thread's
 * datagram can slip out in between. A pin to an address cannot do that, since nothing but the bound
 * address makes the kernel choose that source: there a socket moves to loopback and back.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "pin/hold.h"
#include "pin/pin.h"

static void by_message(const struct ip *source, unsigned int ifindex, struct verdict *verdict)
{
	verdict->override = true;
	verdict->choice = (struct choice){.source = *source, .ifindex = ifindex};
}

/* One datagram by way of lo, from where the socket is bound. */
static void by_lo(const struct facts *facts, bool v4, struct verdict *verdict)
{
	const struct ip *wildcard = v4 ? &IP_V4_WILDCARD : &IP_V6_WILDCARD;
	bool is_there = ip_is_v4(&facts->local.ip) == v4;
	by_message(is_there ? &facts->local.ip : wildcard, LOOPBACK_IFINDEX, verdict);
}

/*
 * From a device that the program chose: IPv4's datagram stays inside, IPv6's has the pin at least.
 */
static void send_away(const struct pin *pin, bool v4, struct verdict *verdict)
{
	const struct pin_source *source = v4 ? &pin->v4 : &pin->v6;
	if (source->mode == PIN_REFUSED)
		verdict->error = ENETUNREACH;
	else
		by_message(&source->ip, v4 ? LOOPBACK_IFINDEX : 0, verdict);
}

/* Is the socket of IPv6, bound to a device, and connected? Then only its device is reached. */
static bool is_confined(const struct facts *facts, bool v4)
{
	return facts->domain == AF_INET6 && !v4 && facts->device != 0 && facts->is_connected;
}

/* The wildcard on which a socket stays for good; a refused IPv6 keeps to its mapped form. */
static const struct ip *open_address(const struct pin *pin, const struct facts *facts)
{
	return facts->domain == AF_INET6 && pin->v6.mode == PIN_ADDRESS ? &IP_V6_WILDCARD
									: &IP_V4_WILDCARD;
}

/*
 * Opens the socket for this host, for a pin that follows its interface. Returns false if it has to
 * stay on its address.
 */
static bool open_up(const struct pin *pin, const struct facts *facts, struct verdict *verdict)
{
	if (facts->is_ping || (!ip_is_wildcard(&facts->local.ip) &&
			       !hold_source(facts, open_address(pin, facts), 0, verdict)))
		return false;
	hold_by_unicast(pin, facts, verdict);
	return true;
}

/* To this host from a socket that cannot be opened, or need not be. */
static void from_where_it_is(const struct pin *pin, const struct facts *facts,
			     const struct endpoint *peer, struct verdict *verdict)
{
	bool v4 = hold_is_v4(facts, peer);
	bool is_refused = (v4 ? &pin->v4 : &pin->v6)->mode == PIN_REFUSED;
	bool is_unspecified = !v4 && ip_is_wildcard(&peer->ip); /* no peer of a ping socket's */
	if (is_confined(facts, v4))
		verdict->error = hold_no_source(facts, peer);
	else if (is_refused || (is_unspecified && pin->ifindex != 0))
		verdict->error = ENETUNREACH;
	else if (pin->ifindex != 0 && !v4)
		verdict->drop_device = facts->device != 0;
	if (pin->ifindex != 0 || v4)
		by_lo(facts, v4, verdict);
}

static void to_loopback(const struct pin *pin, const struct facts *facts,
			const struct endpoint *peer, struct verdict *verdict)
{
	bool v4 = hold_is_v4(facts, peer);
	const struct ip *loopback = v4 ? &IP_V4_LOOPBACK : &IP_V6_LOOPBACK;
	bool opens = pin->follows && !facts->is_ping && (v4 || pin->v6.mode == PIN_ADDRESS);
	bool is_dual = pin->ifindex == 0 && hold_is_dual(pin, facts);
	bool is_there = ip_is_loopback(&facts->local.ip) && ip_is_v4(&facts->local.ip) == v4;
	bool moves = !opens && !is_dual;
	if (hold_is_away(pin, facts))
		send_away(pin, v4, verdict);
	else if (is_there || (moves && hold_source(facts, loopback, 0, verdict)))
		hold_loopback(pin, facts, verdict);
	else if ((opens && !facts->is_connected && open_up(pin, facts, verdict)) ||
		 (is_dual && hold_source(facts, &IP_V6_WILDCARD, 0, verdict)))
		by_message(v4 ? &IP_V4_WILDCARD : &IP_V6_WILDCARD, LOOPBACK_IFINDEX, verdict);
	else
		from_where_it_is(pin, facts, peer, verdict);
}

/* Another address of this host, or the pin's own, from the pin. */
static void own_from_pin(const struct pin *pin, const struct facts *facts,
			 const struct endpoint *peer, struct verdict *verdict)
{
	bool v4 = ip_is_v4(&peer->ip);
	/* A link-local peer's scope is the device; a message may name no other. */
	bool is_scoped = !v4 && ip_is_link_local(&peer->ip);
	const struct pin_source *source = v4 ? &pin->v4 : &pin->v6;
	bool is_opened = pin->follows && facts->domain == AF_INET6 && !facts->is_connected &&
			 open_up(pin, facts, verdict);
	/* Whether a raw socket has a peer, its device alone would tell (sys_is_connected()). */
	bool may_have_peer = facts->type == SOCK_RAW && pin->ifindex != 0 && !v4 && !is_opened;
	if (hold_is_away(pin, facts)) {
		send_away(pin, v4, verdict);
	} else if (is_confined(facts, v4) || may_have_peer || hold_is_other_link(pin, peer) ||
		   (facts->is_ping && hold_is_astray(pin, facts, peer))) {
		verdict->error = hold_no_source(facts, peer);
	} else if (is_opened || (pin->ifindex != 0 && v4)) {
		/* Of IPv4, its device and where it is bound do not matter to this one datagram. */
		by_message(&source->ip, is_scoped ? 0 : LOOPBACK_IFINDEX, verdict);
	} else {
		if (!hold_source(facts, &source->ip, source->scope, verdict))
			by_message(&source->ip, v4 ? LOOPBACK_IFINDEX : 0, verdict);
		hold_none(pin, facts, LOOPBACK_IFINDEX, verdict);
	}
}

static void to_own(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		   struct verdict *verdict)
{
	bool v4 = ip_is_v4(&peer->ip);
	switch (pin_source_for(pin, &peer->ip)->mode) {
	case PIN_ADDRESS:
		if (pin->ifindex == 0 && hold_is_dual(pin, facts) &&
		    ip_is_wildcard(&facts->local.ip))
			by_message(v4 ? &pin->v4.ip : &pin->v6.ip, v4 ? LOOPBACK_IFINDEX : 0,
				   verdict);
		else
			own_from_pin(pin, facts, peer, verdict);
		return;
	case PIN_REFUSED:
		hold_refused(pin, facts, peer, verdict);
		break;
	case PIN_ANY:
		(void)hold_leave_loopback(facts, verdict); /* else it may stay */
		break;
	}
	hold_none(pin, facts, LOOPBACK_IFINDEX, verdict);
}

/*
 * On the wildcard of a pin that follows: from the kernel's choice among the interface's addresses.
 * If those of IPv6 are gone the kernel takes another interface's. A source in a message prevents
 * that if a device holds the socket; if the unicast interface does, a source would undo it (fact
 * 7), and the pinned address is looked for instead.
 */
static void open_to_v6(const struct pin *pin, const struct facts *facts,
		       const struct endpoint *peer, struct verdict *verdict)
{
	struct pin_source source = pin_source_to(pin, &peer->ip);
	if (facts->device == pin->ifindex) {
		if (!ip_is_multicast(&peer->ip) && !ip_is_link_local(&peer->ip))
			by_message(&source.ip, 0, verdict);
		return;
	}
	hold_by_unicast(pin, facts, verdict);
	verdict->needs_live_pin = true;
	verdict->overrides_source = true;
	by_message(&IP_V6_WILDCARD, pin->ifindex, verdict);
}

/*
 * IPv4's messages override whatever the socket has (fact 14): if it can be left as it is, the
 * datagram carries the whole pin.
 */
static void send_v4(const struct pin *pin, const struct facts *facts, struct verdict *verdict)
{
	const struct ip *local = &facts->local.ip;
	bool is_kept = facts->is_fixed || facts->is_connected;
	bool is_opened = pin->follows && hold_is_open(facts);
	/* A socket that needs both families goes to the wildcard, where it hears both. */
	bool crosses = hold_is_dual(pin, facts) && !ip_is_v4(local) && !ip_is_loopback(local);
	if ((ip_is_v4(local) && pin_owns(pin, local)) || is_opened) {
		if (pin->ifindex != 0)
			by_message(is_opened ? &pin->v4.ip : local, pin->ifindex, verdict);
		return;
	}
	if (ip_is_loopback(local) && ip_is_v4(local) && is_kept) {
		verdict->error = EINVAL;
		return;
	}
	if (!ip_is_multicast(local) && !is_kept)
		(void)hold_source(facts, crosses ? &IP_V6_WILDCARD : &pin->v4.ip, 0, verdict);
	if (!is_kept && !hold_is_on_group(pin, facts))
		hold_pin(pin, facts, HOLD_UNCONNECTED, verdict);
	by_message(&pin->v4.ip, pin->ifindex, verdict);
}

/* A socket that both families use, or that a group has, names the source with each datagram. */
static bool names_source(const struct pin *pin, const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	if (ip_is_wildcard(local))
		return hold_is_dual(pin, facts) || facts->is_fixed || facts->is_connected;
	return ip_is_multicast(local);
}

static void send_v6(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		    struct verdict *verdict)
{
	const struct ip *local = &facts->local.ip;
	struct pin_source source = pin_source_to(pin, &peer->ip);
	bool crosses = hold_is_dual(pin, facts) && ip_is_v4(local) && !ip_is_loopback(local);
	bool is_doubtful = hold_is_doubtful(facts, peer);
	if (pin->follows && hold_is_open(facts) && !is_doubtful) {
		open_to_v6(pin, facts, peer, verdict);
		return;
	}
	/* It is connected to this host, and a device would take what it sends there outside. */
	bool is_confined_here = facts->is_connected && pin->ifindex != 0 && facts->device == 0;
	if (is_confined_here || (is_doubtful && facts->is_ping)) {
		verdict->error = hold_no_source(facts, peer);
		return;
	}
	hold_pin(pin, facts, HOLD_UNCONNECTED, verdict);
	if (!ip_is_v4(local) && pin_suits(pin, local, &peer->ip) && !is_doubtful)
		return;
	/* Or another of the interface's addresses fits better. */
	bool names = names_source(pin, facts) || (!ip_is_v4(local) && pin_owns(pin, local));
	const struct ip *address = crosses ? &IP_V6_WILDCARD : &source.ip;
	if (!names && !hold_source(facts, address, crosses ? 0 : source.scope, verdict))
		verdict->error = hold_no_source(facts, peer);
	else if (names || crosses)
		by_message(&source.ip, 0, verdict);
}

static void to_remote(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		      struct verdict *verdict)
{
	enum pin_mode mode = pin_source_for(pin, &peer->ip)->mode;
	bool has_way = mode != PIN_REFUSED && !hold_is_other_link(pin, peer);
	if (has_way && mode == PIN_ADDRESS && ip_is_v4(&peer->ip))
		send_v4(pin, facts, verdict);
	else if (has_way && mode == PIN_ADDRESS)
		send_v6(pin, facts, peer, verdict);
	else if (!has_way || !hold_leave_loopback(facts, verdict))
		verdict->error = ENETUNREACH;
}

struct verdict pin_on_send(const struct pin *pin, const struct facts *facts,
			   const struct endpoint *peer)
{
	static const struct hold_ways ways = {to_remote, to_loopback, to_own};
	struct verdict verdict = {0};
	/* To an IPv6 socket such a name is none, but with a v4-mapped peer the kernel loses the
	 * way. Ping sockets refuse it. */
	verdict.drops_name =
		peer->family == AF_UNSPEC && facts->domain == AF_INET6 && !facts->is_ping;
	if (!hold_can_reach(facts, peer))
		return verdict;
	if (hold_is_raw_mapped(facts, peer)) {
		verdict.error = ENETUNREACH;
		return verdict;
	}
	verdict.reach = hold_reach(pin, facts, peer);
	hold_for_peer(pin, facts, peer, &ways, &verdict);
	return verdict;
}
