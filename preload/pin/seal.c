/* SPDX-License-Identifier: MIT */
/*
 * Sockets of programs whose calls a supervisor carries out, but whose memory and descriptors it may
 * come to see no more of: a process can forbid to be looked into. A socket is sealed when whatever
 * is done to it unseen leaves by the pin or fails. That is so from its birth if the process has
 * forbidden it already; the sockets that a process has are sealed when it forbids it.
 */
#include <errno.h>
#include <sys/socket.h>

#include "pin/hold.h"
#include "pin/pin.h"

struct verdict pin_on_closed_socket(const struct pin *pin, const struct facts *facts)
{
	if (facts->type == SOCK_STREAM && pin->ifindex != 0)
		return pin_on_failed_socket(pin, facts);
	return pin_on_socket(pin, facts);
}

struct verdict pin_on_sealed_socket(const struct pin *pin, const struct facts *facts)
{
	struct verdict verdict = pin_on_socket(pin, facts);
	if (pin->ifindex == 0 || (facts->type != SOCK_STREAM && facts->domain == AF_INET))
		return verdict;
	if (facts->type != SOCK_STREAM)
		return pin_on_failed_socket(pin, facts);
	verdict.set_device = true;
	verdict.device = pin->ifindex;
	return verdict;
}

bool pin_can_send_unseen(const struct pin *pin)
{
	bool redirects = pin->dns_v4.port != 0 || pin->dns_v6.port != 0;
	return !redirects && !pin->localnet && !pin_ports_one_by_one(pin);
}

bool pin_can_seal(const struct pin *pin)
{
	return pin_can_send_unseen(pin) && !pin->excludes;
}

/* From 127.0.0.1 the kernel reaches nothing else (fact 9); from ::1 it does, unless lo holds it. */
static struct verdict seal_loopback(const struct facts *facts)
{
	struct verdict verdict = {0};
	if (ip_is_v4(&facts->local.ip) || facts->device == LOOPBACK_IFINDEX)
		return verdict;
	verdict.set_device = facts->device == 0;
	verdict.device = LOOPBACK_IFINDEX;
	verdict.error = facts->device == 0 ? 0 : EPERM;
	return verdict;
}

static struct verdict seal_stream(const struct pin *pin, const struct facts *facts)
{
	struct verdict verdict = {0};
	/* For a peer on this host the kernel would choose the peer's address on IPv6's wildcard. */
	bool is_open = hold_is_open(facts) && ip_is_v4(&facts->local.ip);
	bool has_source = pin_owns(pin, &facts->local.ip) || is_open;
	if (facts->local.port == 0)
		return pin_on_sealed_socket(pin, facts);
	if (ip_is_loopback(&facts->local.ip))
		return seal_loopback(facts);
	/* The device would cut it off from a peer on this host, and so does the program. */
	if (!has_source || (facts->is_connected && facts->device != pin->ifindex))
		verdict.error = EPERM;
	else if (facts->device != pin->ifindex)
		hold_pin(pin, facts, HOLD_CONNECTED, &verdict);
	return verdict;
}

/* Of IPv6's, connect(AF_UNSPEC) would take the device away that holds them. */
static struct verdict seal_datagram_v6(const struct pin *pin, const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	struct verdict verdict = {0};
	bool is_held = ip_is_v4(local) && ip_is_loopback(local);
	bool is_pinned = pin->ifindex == 0 && pin_owns(pin, local);
	if (!is_held && !is_pinned)
		verdict.error = EPERM;
	return verdict;
}

static struct verdict seal_datagram_v4(const struct pin *pin, const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	struct verdict verdict = {0};
	/* From there the kernel chooses among the interface's addresses. */
	bool is_open = pin->follows && (ip_is_wildcard(local) || ip_is_multicast(local));
	if (facts->local.port == 0 && !pin_owns(pin, local))
		return pin_on_disconnect(pin, facts);
	if (ip_is_loopback(local))
		return verdict;
	if (pin->v4.mode != PIN_ADDRESS)
		is_open = false;
	verdict.set_multicast = is_open; /* a group's peer would give it lo's idea of a source */
	if (!pin_owns(pin, local) && !is_open)
		verdict.error = EPERM;
	else if (pin->ifindex != 0 && facts->device == 0 && (!facts->is_connected || pin->excludes))
		hold_pin(pin, facts, HOLD_UNCONNECTED, &verdict);
	return verdict;
}

struct verdict pin_on_seal(const struct pin *pin, const struct facts *facts)
{
	bool has_address = pin->v4.mode != PIN_ANY || pin->v6.mode != PIN_ANY;
	if (!has_address)
		return (struct verdict){0};
	if (facts->type == SOCK_STREAM)
		return seal_stream(pin, facts);
	return facts->domain == AF_INET ? seal_datagram_v4(pin, facts)
					: seal_datagram_v6(pin, facts);
}
