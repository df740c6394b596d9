/* SPDX-License-Identifier: MIT */
/*
 * Tells what kind an interface is. If software made it, the kernel names its driver
 * (IFLA_INFO_KIND). Hardware differs by its link type, and Wi-Fi from Ethernet by /sys. /sys
 * belongs to whoever mounted it and may show another network namespace, so an entry there counts
 * only if it has the interface's index.
 */
#include "network/kind.h"

#include <linux/if_arp.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"

static const struct {
	const char *driver, *kind;
} drivers[] = {
	{"bond", "bond"},          {"bridge", "bridge"},
	{"geneve", "tunnel"},      {"gre", "tunnel"},
	{"gretap", "tunnel"},      {"gtp", "tunnel"},
	{"ip6gre", "tunnel"},      {"ip6gretap", "tunnel"},
	{"ip6tnl", "tunnel"},      {"ipip", "tunnel"},
	{"openvswitch", "bridge"}, {"ovpn", "tunnel"},
	{"ovpn-dco", "tunnel"},    {"ppp", "tunnel"},
	{"rmnet", "mobile"},       {"sit", "tunnel"},
	{"team", "bond"},          {"tun", "tunnel"},
	{"vlan", "vlan"},          {"vrf", "vrf"},
	{"vti", "tunnel"},         {"vti6", "tunnel"},
	{"vxlan", "tunnel"},       {"wireguard", "tunnel"},
	{"wwan", "mobile"},        {"xfrm", "tunnel"},
};

static const char *kind_of_driver(const char *driver)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(drivers[i].driver, driver) == 0)
			return drivers[i].kind;
	return "virtual";
}

/* All drivers of cfg80211 and those of modems set DEVTYPE. */
static const char *kind_of_hardware(const struct interface *interface)
{
	AUTO_FREE char *path = alloc_text("/sys/class/net/%s/uevent", interface->name);
	AUTO_FREE char *index = alloc_text("IFINDEX=%u\n", interface->index);
	CLEANUP(cleanup_file) FILE *file = fopen(path, "re");
	const char *kind = "wired";
	bool is_same = false;
	char line[128];

	while (file && fgets(line, sizeof(line), file)) {
		if (strcmp(line, "DEVTYPE=wlan\n") == 0)
			kind = "wireless";
		if (strcmp(line, "DEVTYPE=wwan\n") == 0)
			kind = "mobile";
		if (strcmp(line, index) == 0)
			is_same = true;
	}
	return is_same ? kind : "wired";
}

const char *kind_of(const struct interface *interface)
{
	if (interface->driver)
		return kind_of_driver(interface->driver);
	switch (interface->type) {
	case ARPHRD_LOOPBACK:
		return "loopback";
	case ARPHRD_PPP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE:
		return "tunnel";
	default:
		return kind_of_hardware(interface);
	}
}

const char *kind_state(const struct interface *interface)
{
	if (!(interface->flags & IFF_UP))
		return "down";
	if (interface->flags & IFF_RUNNING)
		return "up";
	return interface->flags & IFF_LOWER_UP ? "dormant" : "no-carrier";
}

bool kind_is_point_to_point(const struct interface *interface)
{
	return interface->flags & (IFF_POINTOPOINT | IFF_NOARP) && interface->type != ARPHRD_ETHER;
}
