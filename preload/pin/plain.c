/* SPDX-License-Identifier: MIT */
/*
 * What a socket that was born pinned does right by itself: the usual connect and the usual datagram
 * are known by the pin and the peer alone, and no fact is asked of the kernel for them.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "pin.h"

/* As a socket is born where addresses alone are pinned, for a peer of its own family. */
bool pin_connect_is_plain(const struct pin *pin, const struct endpoint *local,
			  const struct endpoint *peer)
{
	const struct pin_source *source = pin_source_for(pin, &peer->ip);
	bool v4 = peer->family == AF_INET;
	if (pin->ifindex != 0 || (pin->port_low != 0 && !pin->ports_by_kernel))
		return false;
	if (local->family != peer->family || ip_is_v4(&peer->ip) != v4)
		return false;
	if (source->mode != PIN_ADDRESS || !ip_equal(&local->ip, &source->ip) ||
	    ip_is_loopback(&source->ip))
		return false;
	if (ip_is_loopback(&peer->ip) || ip_is_wildcard(&peer->ip))
		return false;
	return !pin->excludes || pin_reach(pin, &peer->ip) != REACH_EXCLUDED;
}

static enum pin_sends sends_of(const struct pin *pin, enum pin_mode mode, bool v4)
{
	if (pin_wants_events(pin) || (pin->port_low != 0 && !pin->ports_by_kernel))
		return SENDS_JUDGED;
	/* A socket that an excluded peer has had is not bound any more. */
	if (mode == PIN_REFUSED || pin->excludes)
		return SENDS_JUDGED;
	if (mode == PIN_ANY)
		return SENDS_ALL;
	if (pin->ifindex == 0)
		return SENDS_NOT_LOOPBACK;
	/* The device of an IPv6 socket may have been let go for an exempt peer, and nothing fails.
	 */
	return v4 ? SENDS_REMOTE : SENDS_JUDGED;
}

void pin_settle_sends(struct pin *pin)
{
	pin->sends_v4 = sends_of(pin, pin->v4.mode, true);
	pin->sends_v6 = sends_of(pin, pin->v6.mode, false);
}

/* Any peer, for any pin. What is no peer is refused by the kernel. */
__attribute__((noinline)) static bool is_plain(const struct pin *pin, const void *name,
					       socklen_t length)
{
	struct endpoint peer;
	if (endpoint_read_peer(name, length, &peer) < 0)
		return true;
	bool v4 = ip_is_v4(&peer.ip);
	enum pin_sends sends = v4 ? pin->sends_v4 : pin->sends_v6;
	if (sends == SENDS_JUDGED || sends == SENDS_ALL)
		return sends == SENDS_ALL;
	/* From a v6 address the kernel takes 127.0.0.6, which groups do not mind. */
	if (v4 && peer.family == AF_INET6 && ip_is_multicast(&peer.ip))
		return false;
	if (ip_is_loopback(&peer.ip) || ip_is_wildcard(&peer.ip))
		return false;
	return sends == SENDS_NOT_LOOPBACK || pin_reach(pin, &peer.ip) == REACH_REMOTE;
}

bool pin_send_is_plain(const struct pin *pin, const void *name, socklen_t length)
{
	struct sockaddr_in in;
	/* The usual one is told by its bytes, in a few instructions, and as is_plain() would. */
	if (length >= sizeof(in) && pin->sends_v4 == SENDS_NOT_LOOPBACK) {
		memcpy(&in, name, sizeof(in));
		in_addr_t peer = ntohl(in.sin_addr.s_addr);
		if (in.sin_family == AF_INET)
			return peer != INADDR_ANY && peer >> IN_CLASSA_NSHIFT != IN_LOOPBACKNET;
	}
	return is_plain(pin, name, length);
}
