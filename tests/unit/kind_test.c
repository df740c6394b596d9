/* SPDX-License-Identifier: MIT */
/* Kinds and states of interfaces. For hardware, unit.bats has prepared /sys/class/net. */
#include "network/kind.h"

#include <linux/if_arp.h>
#include <string.h>

#include "check.h"

static bool is_kind(const char *driver, unsigned int type, const char *name, unsigned int index,
		    const char *kind)
{
	char room[IF_NAMESIZE] = {0};
	struct interface interface = {.index = index, .type = type};

	if (driver)
		interface.driver = strncpy(room, driver, sizeof(room) - 1);
	(void)strncpy(interface.name, name, sizeof(interface.name) - 1);
	return strcmp(kind_of(&interface), kind) == 0;
}

static void test_drivers(void)
{
	CHECK(is_kind("wireguard", ARPHRD_NONE, "wg0", 7, "tunnel"));
	CHECK(is_kind("tun", ARPHRD_ETHER, "tap0", 7, "tunnel"));
	CHECK(is_kind("bridge", ARPHRD_ETHER, "br0", 7, "bridge"));
	CHECK(is_kind("team", ARPHRD_ETHER, "team0", 7, "bond"));
	CHECK(is_kind("vlan", ARPHRD_ETHER, "wl0.5", 7, "vlan"));
	CHECK(is_kind("wwan", ARPHRD_NONE, "wwan0", 7, "mobile"));
	CHECK(is_kind("veth", ARPHRD_ETHER, "wl0", 7, "virtual"));
	CHECK(is_kind("dummy", ARPHRD_ETHER, "dummy0", 7, "virtual"));
}

static void test_types(void)
{
	CHECK(is_kind(NULL, ARPHRD_LOOPBACK, "lo", 1, "loopback"));
	CHECK(is_kind(NULL, ARPHRD_PPP, "ppp0", 7, "tunnel"));
	CHECK(is_kind(NULL, ARPHRD_SIT, "sit0", 7, "tunnel"));
}

static void test_hardware(void)
{
	CHECK(is_kind(NULL, ARPHRD_ETHER, "wl0", 7, "wireless"));
	CHECK(is_kind(NULL, ARPHRD_NONE, "ww0", 8, "mobile"));
	CHECK(is_kind(NULL, ARPHRD_ETHER, "en0", 9, "wired"));
	CHECK(is_kind(NULL, ARPHRD_ETHER, "none", 9, "wired"));
	/* /sys shows an interface of the same name in another network namespace. */
	CHECK(is_kind(NULL, ARPHRD_ETHER, "wl0", 70, "wired"));
}

static bool is_state(unsigned int flags, const char *state)
{
	struct interface interface = {.flags = flags};

	return strcmp(kind_state(&interface), state) == 0;
}

static void test_states(void)
{
	CHECK(is_state(0, "down"));
	CHECK(is_state(IFF_RUNNING, "down"));
	CHECK(is_state(IFF_UP, "no-carrier"));
	CHECK(is_state(IFF_UP | IFF_LOWER_UP, "dormant"));
	CHECK(is_state(IFF_UP | IFF_LOWER_UP | IFF_RUNNING, "up"));
}

static void test_point_to_point(void)
{
	struct interface tunnel = {.flags = IFF_POINTOPOINT | IFF_NOARP, .type = ARPHRD_NONE};
	struct interface wired = {.flags = IFF_BROADCAST, .type = ARPHRD_ETHER};
	struct interface dummy = {.flags = IFF_BROADCAST | IFF_NOARP, .type = ARPHRD_ETHER};

	CHECK(kind_is_point_to_point(&tunnel));
	CHECK(!kind_is_point_to_point(&wired));
	CHECK(!kind_is_point_to_point(&dummy));
}

int main(void)
{
	test_drivers();
	test_types();
	test_hardware();
	test_states();
	test_point_to_point();
	return 0;
}
