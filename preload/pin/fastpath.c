/* SPDX-License-Identifier: MIT */
/*
 * What a socket that was born pinned does rightly by itself. The pin and the peer alone tell the
 * usual connect and the usual datagram, so the kernel need not be asked for a fact.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "pin/hold.h"
#include "pin/pin.h"

/* A socket that was not born under the pin gets the mark when it is judged (birth_complete()). */
static bool may_lack_mark(const struct pin *pin)
{
	return setting_is_given(&pin->settings, SETTING_MARK);
}

/* True for a socket as it is born if addresses alone are pinned, and a peer of its family. */
bool pin_connect_needs_no_facts(const struct pin *pin, const struct endpoint *local,
				const struct endpoint *peer)
{
	const struct pin_source *source = pin_source_for(pin, &peer->ip);
	bool is_v4 = peer->family == AF_INET;
	if (pin->ifindex != 0 || pin_ports_one_by_one(pin) || may_lack_mark(pin))
		return false;
	if (local->family != peer->family || ip_is_v4(&peer->ip) != is_v4)
		return false;
	if (source->mode != PIN_ADDRESS || !ip_equal(&local->ip, &source->ip) ||
	    ip_is_loopback(&source->ip))
		return false;
	if (ip_is_loopback(&peer->ip) || ip_is_wildcard(&peer->ip))
		return false;
	return !pin->excludes || pin_reach(pin, &peer->ip, peer->port) != REACH_EXCLUDED;
}

bool pin_connect_needs_local_only(const struct pin *pin, const struct endpoint *local,
				  const struct endpoint *peer, struct verdict *ret_verdict)
{
	bool is_v4 = peer->family == AF_INET;
	const struct pin_source *source = is_v4 ? &pin->v4 : &pin->v6;
	if (pin->ifindex == 0 || pin_ports_one_by_one(pin) || may_lack_mark(pin))
		return false;
	if (local->family != peer->family || ip_is_v4(&peer->ip) != is_v4 || local->port != 0)
		return false;
	if (source->mode != PIN_ADDRESS || pin_reach(pin, &peer->ip, peer->port) != REACH_REMOTE)
		return false;
	bool is_held = is_v4 && ip_equal(&local->ip, &IP_V4_LOOPBACK);
	if (!is_held && !ip_equal(&local->ip, &source->ip))
		return false;
	if (peer->scope != 0 || ip_is_multicast(&peer->ip) ||
	    !pin_suits(pin, &source->ip, &peer->ip))
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

static enum pin_sends sends_of(const struct pin *pin, enum pin_mode mode)
{
	if (pin_wants_events(pin) || pin->inherits || pin_ports_one_by_one(pin))
		return SENDS_JUDGED;
	if (pin->member_count > 0 && pin->pick == PICK_STICKY) /* the first peer decides */
		return SENDS_JUDGED;
	/* A socket that has had an excluded peer is no longer bound to the pin. */
	if (mode == PIN_REFUSED || pin->excludes)
		return SENDS_JUDGED;
	if (mode == PIN_ANY)
		return SENDS_ALL;
	return pin->ifindex == 0 ? SENDS_NOT_LOOPBACK : SENDS_REMOTE;
}

void pin_settle_sends(struct pin *pin)
{
	bool is_dual = pin_has_both(pin);
	enum pin_sends v4 = pin->localnet ? SENDS_JUDGED : sends_of(pin, pin->v4.mode);
	enum pin_sends v6 = sends_of(pin, pin->v6.mode);
	/*
	 * What forbids the fast path:
	 *   v6      the socket may have let go of its device for this host, or be on the wildcard,
	 *           where each datagram must name its source (hold_is_dual())
	 *   v4      on that wildcard, a socket of both families takes such a name as well
	 *   mapped  the socket may be on ::1 and lo, and would send from there without failing
	 */
	pin->sends_v4 = is_dual && !pin->follows ? SENDS_JUDGED : v4;
	pin->sends_mapped = v4 == SENDS_ALL && pin_is_ports_only(pin) ? SENDS_ALL : SENDS_JUDGED;
	pin->sends_v6 = pin->ifindex != 0 || is_dual ? SENDS_JUDGED : v6;
}

static enum pin_sends sends_to(const struct pin *pin, const struct endpoint *peer)
{
	if (!ip_is_v4(&peer->ip))
		return pin->sends_v6;
	return peer->family == AF_INET6 ? pin->sends_mapped : pin->sends_v4;
}

/* Is it a group, a broadcast, or an IPv6 link-local address? To those even loopback can send. */
static bool is_special(const struct ip *ip)
{
	return ip_is_multicast(ip) || (ip_is_v4(ip) && ip->bytes[12] >= 224) ||
	       (!ip_is_v4(ip) && ip_is_link_local(ip));
}

/* The rule for any peer and any pin. If the bytes are no address, the kernel refuses them. */
__attribute__((noinline)) static bool needs_no_facts(const struct pin *pin, const void *name,
						     socklen_t length)
{
	struct endpoint peer;
	if (endpoint_read_peer(name, length, &peer) < 0)
		return true;
	if (peer.family == AF_UNSPEC)
		return false;
	enum pin_sends sends = sends_to(pin, &peer);
	if (sends == SENDS_JUDGED || sends == SENDS_ALL)
		return sends == SENDS_ALL;
	if (ip_is_loopback(&peer.ip) || ip_is_wildcard(&peer.ip) || is_special(&peer.ip))
		return false;
	return sends == SENDS_NOT_LOOPBACK || pin_reach(pin, &peer.ip, peer.port) == REACH_REMOTE;
}

bool pin_send_needs_no_facts(const struct pin *pin, const void *name, socklen_t length)
{
	struct sockaddr_in in;
	/* Tells the usual peer by its bytes, in a few instructions, as needs_no_facts() would. */
	if (length >= sizeof(in) && pin->sends_v4 == SENDS_NOT_LOOPBACK) {
		memcpy(&in, name, sizeof(in));
		in_addr_t peer = ntohl(in.sin_addr.s_addr);
		if (in.sin_family == AF_INET)
			return peer != INADDR_ANY && peer >> IN_CLASSA_NSHIFT != IN_LOOPBACKNET &&
			       peer < INADDR_UNSPEC_GROUP;
	}
	return needs_no_facts(pin, name, length);
}
