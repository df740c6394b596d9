/* SPDX-License-Identifier: MIT */
/* Describes an interface in words: its kind and its state. */
#ifndef BINDTO_KIND_H
#define BINDTO_KIND_H

#include "network/links.h"

/*
 * Returns "wired", "wireless", "mobile", "tunnel", "bridge", "bond", "vlan", "vrf", "loopback" or
 * "virtual". The last is a veth pair, a dummy or the like: what lies behind it is unknown.
 */
const char *kind_of(const struct interface *interface);

/* Returns "up", "down", "no-carrier", or "dormant" for Wi-Fi that has not logged in yet. */
const char *kind_state(const struct interface *interface);

/* Has the link no neighbours? A route over it then needs no gateway. */
bool kind_is_point_to_point(const struct interface *interface);

#endif
