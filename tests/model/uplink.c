/* SPDX-License-Identifier: MIT */
/* The model's uplinks: all are up, and both have a default route until wlan0 has lost it. */
#include "socket/uplink.h"

#include <string.h>

#include "host.h"

bool uplink_is_up(int fd, const char *name)
{
	(void)fd;
	return strcmp(name, "wlan0") == 0 || strcmp(name, "eth0") == 0;
}

unsigned int uplink_index(int fd, const char *name)
{
	(void)fd;
	return strcmp(name, "wlan0") == 0 ? HOST_WLAN0 : HOST_ETH0;
}

bool uplink_has_route(unsigned int ifindex, bool is_v4, const struct ip *peer)
{
	(void)is_v4;
	(void)peer;
	return ifindex != HOST_WLAN0 || !host.has_lost_wlan0;
}

bool uplink_is_broadcast(const struct ip *ip)
{
	(void)ip;
	return false;
}
