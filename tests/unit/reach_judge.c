/* SPDX-License-Identifier: MIT */
/* The promise that bindto makes, written without any of the code that keeps it. */
#include "check.h"
#include "pin/pool.h"
#include "reach.h"

/* An address that the device has lost still counts as its own. */
static bool is_in(const struct ip *ip, unsigned int device)
{
	bool has_lost = host.has_lost_wlan0;
	host.has_lost_wlan0 = false;
	bool is_found = host_device_of(ip) == device;
	host.has_lost_wlan0 = has_lost;
	return is_found;
}

/* A packet of a socket without ports has none, and no rule about ports lets it go. */
static bool is_excluded(enum reach_rule rule, const struct model_packet *packet)
{
	const struct ip *to = &packet->destination;
	bool is_x = ip_is(to, REACH_X_V4) || ip_is(to, REACH_X_V6);
	bool is_y = ip_is(to, REACH_Y_V4) || ip_is(to, REACH_Y_V6);
	switch (rule) {
	case RULE_NONE:
		break;
	case RULE_EXCLUDE:
		return is_x;
	case RULE_EXCLUDE_PORT:
		return is_x && packet->to_port == REACH_OTHER_PORT;
	case RULE_ONLY:
		return !is_y;
	case RULE_ONLY_PORT:
		return !is_y || packet->to_port == REACH_OTHER_PORT;
	}
	return false;
}

/* Each member's packets leave from its own source, by its own uplink. */
static const char *judge_pool(const struct pin *pin, const struct model_packet *packet)
{
	if (pin->ifindex != 0)
		return is_in(&packet->source, packet->uplink) ? NULL
							      : "from another uplink's source";
	for (size_t i = 0; i < pin->member_count; i++) {
		const struct member *member = &pin->members[i];
		if (ip_equal(&member->v4.ip, &packet->source) ||
		    ip_equal(&member->v6.ip, &packet->source))
			return NULL;
	}
	return "from another source";
}

static const char *judge_source(const struct pin *pin, const struct model_packet *packet)
{
	const struct pin_source *source = ip_is_v4(&packet->source) ? &pin->v4 : &pin->v6;
	switch (source->mode) {
	case PIN_REFUSED:
		return "of a refused family";
	case PIN_ANY:
		return NULL;
	case PIN_ADDRESS:
		break;
	}
	if (pin->follows)
		return is_in(&packet->source, pin->ifindex) ? NULL : "from another source";
	return ip_equal(&packet->source, &source->ip) ? NULL : "from another source";
}

const char *reach_judge(const struct reach_pin *asked, bool is_blind,
			const struct model_packet *packet)
{
	const struct pin *pin = &asked->pin;
	uint16_t port = packet->port;
	if (is_excluded(asked->rule, packet))
		return NULL;
	bool is_pool = pin->member_count > 0;
	if (pin->ifindex != 0 && packet->uplink != pin->ifindex && !is_pool)
		return "by another uplink";
	const char *wrong = is_pool ? judge_pool(pin, packet) : judge_source(pin, packet);
	if (wrong != NULL)
		return wrong;
	/* In a VRF, loopback is what the VRF takes it to be. */
	bool is_vrf = pin->v4.mode == PIN_ANY || pin->v6.mode == PIN_ANY;
	/* A program may name a device itself, and a blind one loses loopback. */
	if (pin->ifindex != 0 && !is_vrf && !is_blind && ip_is_loopback(&packet->destination))
		return "to loopback, on the wire";
	if (pin->port_low != 0 && port != 0 && port != REACH_PORT &&
	    (port < pin->port_low || port > pin->port_high))
		return "from another port";
	return NULL;
}
