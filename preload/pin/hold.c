/* SPDX-License-Identifier: MIT */
/*
 * Devices and unicast interfaces. Without privilege a device can be set once and then neither
 * changed nor let go (fact 6), except that connect(AF_UNSPEC) frees a datagram socket of it.
 */
#include "hold.h"

#include <sys/socket.h>

/* Did hold_loopback() put this socket on lo? A device that the program chose is left alone. */
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

void hold_pin(const struct pin *pin, const struct facts *facts, enum hold_state state,
	      struct verdict *verdict)
{
	bool datagram_v4 = facts->type != SOCK_STREAM && facts->domain == AF_INET;
	if (pin->ifindex == 0) {
		verdict->drop_device = is_held_to_loopback(facts);
		return;
	}
	/* On a socket that has a device the kernel takes no unicast interface (EINVAL). */
	if (datagram_v4 && facts->device != pin->ifindex) {
		verdict->set_unicast = true;
		verdict->unicast = pin->ifindex;
		if (facts->device == 0 && state == HOLD_UNCONNECTED)
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
		/* From ::1 a datagram would leave (fact 9). A device of the program's stays. */
		if (pin->ifindex != 0 || facts->device == 0)
			want_device(facts, LOOPBACK_IFINDEX, verdict);
		return;
	}
	if (pin->ifindex == 0)
		return;
	/* From 127.0.0.1 the kernel reaches nothing else, unless an interface is named. */
	verdict->drop_device = facts->device != 0;
	verdict->set_unicast = true;
	verdict->unicast = 0;
}

void hold_none(const struct pin *pin, const struct facts *facts, unsigned int unicast,
	       struct verdict *verdict)
{
	verdict->drop_device =
		is_held_to_loopback(facts) || (pin->ifindex != 0 && facts->device != 0);
	if (pin->ifindex == 0 || facts->type == SOCK_STREAM || facts->domain == AF_INET6)
		return;
	verdict->set_unicast = true;
	verdict->unicast = unicast;
}

void hold_group(const struct facts *facts, struct verdict *verdict)
{
	if (facts->type == SOCK_STREAM)
		return;
	if (facts->domain == AF_INET) {
		verdict->set_unicast = true;
		verdict->unicast = LOOPBACK_IFINDEX;
	}
}

bool hold_ports_one_by_one(const struct pin *pin, const struct facts *facts)
{
	return pin->port_low != 0 && !pin->ports_by_kernel && facts->type != SOCK_RAW;
}
