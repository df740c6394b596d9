/* SPDX-License-Identifier: MIT */
/*
 * The verdict on a datagram that names its peer.
 *
 * Under a pin that follows its interface, the exemption travels with the packet. When a socket
 * first sends to this host, it is bound to the wildcard, once, and its unicast interfaces hold it
 * there. Each datagram to this host carries a control message that sends it by way of lo (fact 7).
 * So the socket keeps its port, hears answers from lo and from the interface, and no datagram of
 * another thread can slip out in between.
 *
 * A pin to an address cannot do that, because the kernel chooses that source only if the socket is
 * bound to it. Such a socket moves to loopback and back instead.
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

/* Sends one datagram by way of lo, from where the socket is bound. */
static void by_lo(const struct facts *facts, bool is_v4, struct verdict *verdict)
{
	const struct ip *wildcard = is_v4 ? &IP_V4_WILDCARD : &IP_V6_WILDCARD;
	bool is_there = ip_is_v4(&facts->local.ip) == is_v4;
	by_message(is_there ? &facts->local.ip : wildcard, LOOPBACK_IFINDEX, verdict);
}

/*
 * Sends from a socket whose device the program chose. The message keeps an IPv4 datagram inside. It
 * cannot do that for an IPv6 datagram, but at least gives it the pin's source. A ping socket of IPv6
 * takes no source from a message (fact 14).
 */
static void send_away(const struct pin *pin, const struct facts *facts, bool is_v4,
		      struct verdict *verdict)
{
	const struct pin_source *source = is_v4 ? &pin->v4 : &pin->v6;
	bool has_source =
		!facts->is_ping || is_v4 || hold_source(facts, &source->ip, source->scope, verdict);
	if (source->mode == PIN_REFUSED || !has_source)
		verdict->error = ENETUNREACH;
	else
		by_message(&source->ip, is_v4 ? LOOPBACK_IFINDEX : 0, verdict);
}

/* Is it a connected IPv6 socket that has a device? Then it reaches nothing but by that device. */
static bool is_confined(const struct facts *facts, bool is_v4)
{
	return facts->domain == AF_INET6 && !is_v4 && facts->device != 0 && facts->is_connected;
}

/* The wildcard on which an opened socket stays. If IPv6 is refused, that is IPv4's, mapped. */
static const struct ip *open_address(const struct pin *pin, const struct facts *facts)
{
	return facts->domain == AF_INET6 && pin->v6.mode == PIN_ADDRESS ? &IP_V6_WILDCARD
									: &IP_V4_WILDCARD;
}

/*
 * Opens the socket, so that it reaches this host and the pin's peers alike. Only for a pin that
 * follows its interface. Returns false if the socket has to stay on its address.
 */
static bool open_up(const struct pin *pin, const struct facts *facts, struct verdict *verdict)
{
	if (facts->is_ping || (!ip_is_wildcard(&facts->local.ip) &&
			       !hold_source(facts, open_address(pin, facts), 0, verdict)))
		return false;
	hold_by_unicast(pin, facts, verdict);
	return true;
}

/* Sends to a peer on this host from a socket that cannot be opened or does not have to be. */
static void from_where_it_is(const struct pin *pin, const struct facts *facts,
			     const struct endpoint *peer, struct verdict *verdict)
{
	bool is_v4 = hold_is_v4(facts, peer);
	bool is_refused = (is_v4 ? &pin->v4 : &pin->v6)->mode == PIN_REFUSED;
	bool is_unspecified = !is_v4 && ip_is_wildcard(&peer->ip); /* a ping socket refuses it */
	if (is_confined(facts, is_v4))
		verdict->error = hold_no_source(facts, peer);
	else if (is_refused || (is_unspecified && pin->ifindex != 0))
		verdict->error = ENETUNREACH;
	else if (pin->ifindex != 0 && !is_v4)
		verdict->drop_device = facts->device != 0;
	/* Without the message, a unicast interface of the program's would take the datagram out. */
	by_lo(facts, is_v4, verdict);
}

static void to_loopback(const struct pin *pin, const struct facts *facts,
			const struct endpoint *peer, struct verdict *verdict)
{
	bool is_v4 = hold_is_v4(facts, peer);
	const struct ip *loopback = is_v4 ? &IP_V4_LOOPBACK : &IP_V6_LOOPBACK;
	bool opens = pin->follows && !facts->is_ping && (is_v4 || pin->v6.mode == PIN_ADDRESS);
	bool is_dual = pin->ifindex == 0 && hold_is_dual(pin, facts);
	bool is_there = ip_is_loopback(&facts->local.ip) && ip_is_v4(&facts->local.ip) == is_v4;
	bool moves = !opens && !is_dual;
	if (hold_is_away(pin, facts))
		send_away(pin, facts, is_v4, verdict);
	else if (is_there || (moves && hold_source(facts, loopback, 0, verdict)))
		hold_loopback(pin, facts, verdict);
	else if ((opens && !facts->is_connected && open_up(pin, facts, verdict)) ||
		 (is_dual && hold_source(facts, &IP_V6_WILDCARD, 0, verdict)))
		by_message(is_v4 ? &IP_V4_WILDCARD : &IP_V6_WILDCARD, LOOPBACK_IFINDEX, verdict);
	else
		from_where_it_is(pin, facts, peer, verdict);
}

/* Sends from the pin to another address of this host, or to the pin's own. */
static void own_from_pin(const struct pin *pin, const struct facts *facts,
			 const struct endpoint *peer, struct verdict *verdict)
{
	bool is_v4 = ip_is_v4(&peer->ip);
	/* A link-local peer's scope id is its device, and a message may not name another one. */
	bool is_scoped = ip_is_scoped(&peer->ip);
	const struct pin_source *source = is_v4 ? &pin->v4 : &pin->v6;
	bool is_opened = pin->follows && facts->domain == AF_INET6 && !facts->is_connected &&
			 open_up(pin, facts, verdict);
	/* Only its device would tell whether a raw socket has a peer (sys_is_connected()). */
	bool may_have_peer = facts->type == SOCK_RAW && pin->ifindex != 0 && !is_v4 && !is_opened;
	if (hold_is_away(pin, facts)) {
		send_away(pin, facts, is_v4, verdict);
	} else if (is_confined(facts, is_v4) || may_have_peer || hold_is_other_link(pin, peer) ||
		   (facts->is_ping && hold_is_astray(pin, facts, peer))) {
		verdict->error = hold_no_source(facts, peer);
	} else if (is_opened || (pin->ifindex != 0 && is_v4)) {
		/* An IPv4 message overrides the socket's device and source for this datagram. */
		by_message(&source->ip, is_scoped ? 0 : LOOPBACK_IFINDEX, verdict);
	} else {
		if (!hold_source(facts, &source->ip, source->scope, verdict))
			by_message(&source->ip, is_v4 ? LOOPBACK_IFINDEX : 0, verdict);
		hold_none(pin, facts, LOOPBACK_IFINDEX, verdict);
	}
}

static void to_own(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		   struct verdict *verdict)
{
	bool is_v4 = ip_is_v4(&peer->ip);
	if (pin_source_for(pin, &peer->ip)->mode != PIN_ADDRESS)
		hold_own_unpinned(pin, facts, peer, verdict);
	else if (pin->ifindex == 0 && hold_is_dual(pin, facts) && ip_is_wildcard(&facts->local.ip))
		by_message(is_v4 ? &pin->v4.ip : &pin->v6.ip, is_v4 ? LOOPBACK_IFINDEX : 0,
			   verdict);
	else
		own_from_pin(pin, facts, peer, verdict);
}

/*
 * Sends from a socket on the wildcard, under a pin that follows its interface. The kernel chooses
 * the source among the interface's addresses, but if the interface has lost its IPv6 addresses, the
 * kernel takes another interface's (fact 24). If a device holds the socket, a source in a message
 * prevents that. If the unicast interface holds it, such a source would undo the hold (fact 7), so
 * check_verdict() looks whether the interface still has the pinned address.
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
 * Sends to a remote IPv4 peer. An IPv4 message overrides whatever the socket has (fact 14). So a
 * socket that can stay as it is stays, and the message carries the whole pin.
 */
static void send_v4(const struct pin *pin, const struct facts *facts, struct verdict *verdict)
{
	const struct ip *local = &facts->local.ip;
	bool is_kept = hold_must_stay(facts);
	bool is_opened = pin->follows && hold_is_open(facts);
	/* A socket that reaches both families goes to the wildcard, because it hears both there. */
	bool crosses = hold_is_dual(pin, facts) && !ip_is_v4(local) && !ip_is_loopback(local);
	if ((ip_is_v4(local) && pin_owns(pin, local)) || is_opened) {
		/* It has the device that the interface was before it was made again, and hears nothing. */
		if (is_opened && facts->device > LOOPBACK_IFINDEX && !facts->is_connected)
			hold_pin(pin, facts, HOLD_CONNECTED, verdict);
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

/* Must each datagram name its source? Yes if both families use the socket, or a group is its address. */
static bool names_source(const struct pin *pin, const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	if (ip_is_wildcard(local))
		return hold_is_dual(pin, facts) || hold_must_stay(facts);
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
	/* If another of the interface's addresses fits better, the message names that one. */
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
	else if (!has_way || !hold_leave_loopback(pin, facts, verdict))
		verdict->error = ENETUNREACH;
	else if (pin_is_by_device(pin))
		hold_pin(pin, facts, HOLD_UNCONNECTED, verdict);
}

struct verdict pin_on_send(const struct pin *pin, const struct facts *facts,
			   const struct endpoint *peer)
{
	static const struct hold_ways ways = {to_remote, to_loopback, to_own};
	struct verdict verdict = {0};
	/*
	 * An IPv6 socket ignores a peer of AF_UNSPEC; but if it is connected to a v4-mapped peer, the
	 * send then fails. A ping socket refuses such a peer.
	 */
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
