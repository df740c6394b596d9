/* SPDX-License-Identifier: MIT */
/* What an interface is, in words: its kind and its state. */
#ifndef BINDTO_KIND_H
#define BINDTO_KIND_H

#include "network/links.h"

/*
 * "wired", "wireless", "mobile", "tunnel", "bridge", "bond", "vlan", "vrf", "loopback" or "virtual"
 * (a veth pair, dummy and the like: nothing is known of what is behind it).
 */
const char *kind_of(const struct interface *interface);

/* "up", "down", "no-carrier", or "dormant" (Wi-Fi that has not logged in yet). */
const char *kind_state(const struct interface *interface);

/* A link without neighbours: a route over it needs no gateway. */
bool kind_is_point_to_point(const struct interface *interface);

#endif
