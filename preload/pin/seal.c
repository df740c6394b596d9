/* SPDX-License-Identifier: MIT */
/*
 * Judges sockets of programs whose calls a supervisor carries out. A process can forbid to be
 * inspected, and then the supervisor no longer sees its memory and its descriptors. A socket is
 * sealed if whatever is done to it unseen leaves by the pin or fails. If the process has forbidden
 * it already, its sockets are sealed at birth. The sockets that a process has when it forbids it
 * are sealed at that moment.
 */
#include <errno.h>
#include <sys/socket.h>

#include "pin/hold.h"
#include "pin/pin.h"

struct verdict pin_on_closed_socket(const struct pin *pin, const struct facts *facts)
{
	if (facts->type == SOCK_STREAM && pin->ifindex != 0 && !pin_is_by_device(pin))
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

/* From 127.0.0.1 the kernel reaches only this host (fact 9). From ::1 it does so only on lo. */
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
	/* From IPv6's wildcard the kernel reaches a peer on this host from that very address. */
	bool is_open = hold_is_open(facts) && ip_is_v4(&facts->local.ip) &&
		       pin->v4.mode != PIN_REFUSED && (pin->follows || pin->v4.mode == PIN_ANY);
	/* It could connect where it was left to listen, and the device would narrow a listener. */
	bool is_left = pin->keeps_listeners || facts->is_connected;
	bool is_by_device =
		pin_is_by_device(pin) && pin_source_for(pin, &facts->local.ip)->mode != PIN_REFUSED;
	bool has_source = pin_owns(pin, &facts->local.ip) || is_open || is_by_device;
	if (facts->local.port == 0)
		return pin_on_sealed_socket(pin, facts);
	if (ip_is_loopback(&facts->local.ip) && !is_by_device)
		return seal_loopback(facts);
	/* The device would cut a connected stream off from a peer on this host. */
	if (!has_source || (is_left && facts->device != pin->ifindex))
		verdict.error = EPERM;
	else if (facts->device != pin->ifindex)
		hold_pin(pin, facts, HOLD_CONNECTED, &verdict);
	return verdict;
}

/* connect(AF_UNSPEC) would take away the device that holds an IPv6 datagram socket. */
static struct verdict seal_datagram_v6(const struct pin *pin, const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	struct verdict verdict = {0};
	bool is_held = ip_is_v4(local) && ip_is_loopback(local);
	bool is_pinned = pin->ifindex == 0 && pin_owns(pin, local);
	/*
	 * If a connect from the wildcard gave it the address, it has none for v4-mapped peers, and
	 * the kernel would choose one. By lo those datagrams end here, unless it has a device.
	 */
	bool is_dual = is_pinned && !ip_is_v4(local) && !facts->v6only;
	if ((!is_held && !is_pinned) || (is_dual && facts->device != 0))
		verdict.error = EPERM;
	verdict.set_unicast = is_dual;
	verdict.unicast = LOOPBACK_IFINDEX;
	return verdict;
}

static struct verdict seal_datagram_v4(const struct pin *pin, const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	struct verdict verdict = {0};
	/* From a wildcard or a group the kernel chooses among the interface's addresses. */
	bool is_open = pin->follows && (ip_is_wildcard(local) || ip_is_multicast(local));
	if (facts->local.port == 0 && !pin_owns(pin, local))
		return pin_on_disconnect(pin, facts);
	if (ip_is_loopback(local))
		return verdict;
	if (pin->v4.mode != PIN_ADDRESS)
		is_open = pin_is_by_device(pin) && pin->v4.mode == PIN_ANY;
	/* If the peer is a group, the kernel would otherwise give the socket the source of lo. */
	verdict.set_multicast = is_open;
	if (!pin_owns(pin, local) && !is_open)
		verdict.error = EPERM;
	else if (pin->ifindex != 0 && facts->device == 0 && (!facts->is_connected || pin->excludes))
		hold_pin(pin, facts, HOLD_UNCONNECTED, &verdict);
	return verdict;
}

struct verdict pin_on_seal(const struct pin *pin, const struct facts *facts)
{
	if (pin_is_ports_only(pin))
		return (struct verdict){0};
	/* IPV6_V6ONLY is all that keeps an IPv6 socket from IPv4 peers. A raw one has no IPv4 side. */
	bool is_v6 = pin_is_v6_alone(pin) && facts->domain == AF_INET6 && facts->type != SOCK_RAW;
	bool is_held = ip_is_v4(&facts->local.ip) && ip_is_loopback(&facts->local.ip);
	if (is_v6 && !facts->v6only && !is_held)
		return (struct verdict){.error = EPERM};
	if (is_v6 && pin->ifindex == 0)
		return (struct verdict){0};
	if (facts->type == SOCK_STREAM)
		return seal_stream(pin, facts);
	return facts->domain == AF_INET ? seal_datagram_v4(pin, facts)
					: seal_datagram_v6(pin, facts);
}
