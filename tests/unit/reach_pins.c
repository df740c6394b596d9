/* SPDX-License-Identifier: MIT */
/* The kinds of pin, as the launcher resolves them in the tests' network. */
#include "check.h"
#include "pin/exempt.h"
#include "pin/pool.h"
#include "reach.h"
#include "socket/local.h"

enum { BY_KERNEL = 1, ONE_BY_ONE = 2 };

enum pool { NO_POOL, ADDRESSES, UPLINKS };

static const struct {
	const char *name, *v4, *v6; /* NULL: refused, "": any */
	bool has_device, follows, keeps;
	enum reach_rule rule;
	int ports;
	enum pool pool;
	enum pick pick;
} PINS[] = {
	{"-a V4", "203.0.113.3", NULL, false, false, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-a V6", NULL, "2001:db8:1::3", false, false, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-a V4 -a V6", "203.0.113.3", "2001:db8:1::3", false, false, false, RULE_NONE, 0, NO_POOL,
	 PICK_FIRST},
	{"-i", "198.51.100.2", "2001:db8:2::2", true, true, false, RULE_NONE, 0, NO_POOL,
	 PICK_FIRST},
	{"-4 -i", "198.51.100.2", NULL, true, true, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-6 -i", NULL, "2001:db8:2::2", true, true, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-i -a V4", "198.51.100.3", NULL, true, false, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-i -a V4 -a V6", "198.51.100.3", "2001:db8:2::3", true, false, false, RULE_NONE, 0,
	 NO_POOL, PICK_FIRST},
	{"-i -p open", "198.51.100.2", "2001:db8:2::2", true, true, false, RULE_NONE, BY_KERNEL,
	 NO_POOL, PICK_FIRST},
	{"-i -p low", "198.51.100.2", "2001:db8:2::2", true, true, false, RULE_NONE, ONE_BY_ONE,
	 NO_POOL, PICK_FIRST},
	{"-p low", "", "", false, false, false, RULE_NONE, ONE_BY_ONE, NO_POOL, PICK_FIRST},
	{"-i -e X", "198.51.100.2", "2001:db8:2::2", true, true, false, RULE_EXCLUDE, 0, NO_POOL,
	 PICK_FIRST},
	{"-a V4 -e X", "203.0.113.3", NULL, false, false, false, RULE_EXCLUDE, 0, NO_POOL,
	 PICK_FIRST},
	{"-i -e X:53", "198.51.100.2", "2001:db8:2::2", true, true, false, RULE_EXCLUDE_PORT, 0,
	 NO_POOL, PICK_FIRST},
	{"-a V4 -a V6 -e X:53", "203.0.113.3", "2001:db8:1::3", false, false, false,
	 RULE_EXCLUDE_PORT, 0, NO_POOL, PICK_FIRST},
	{"-a V4 --only Y", "203.0.113.3", NULL, false, false, false, RULE_ONLY, 0, NO_POOL,
	 PICK_FIRST},
	{"-i --only Y:9", "198.51.100.2", "2001:db8:2::2", true, true, false, RULE_ONLY_PORT, 0,
	 NO_POOL, PICK_FIRST},
	{"-i keep", "198.51.100.2", "2001:db8:2::2", true, true, true, RULE_NONE, 0, NO_POOL,
	 PICK_FIRST},
	{"-4 -i keep", "198.51.100.2", NULL, true, true, true, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-i -a V4 keep", "198.51.100.3", NULL, true, false, true, RULE_NONE, 0, NO_POOL,
	 PICK_FIRST},
	{"-a V4 keep", "203.0.113.3", NULL, false, false, true, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-a V4 -a V6 keep", "203.0.113.3", "2001:db8:1::3", false, false, true, RULE_NONE, 0,
	 NO_POOL, PICK_FIRST},
	{"-i -p low keep", "198.51.100.2", "2001:db8:2::2", true, true, true, RULE_NONE, ONE_BY_ONE,
	 NO_POOL, PICK_FIRST},
	{"-a V4 -a wlan V6", "203.0.113.3", "2001:db8:2::3", false, false, false, RULE_NONE, 0,
	 NO_POOL, PICK_FIRST},
	{"-6 --ttl", NULL, "", false, false, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-4 --ttl", "", NULL, false, false, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-i VRF", "", "", true, false, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-4 -i VRF", "", NULL, true, false, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-6 -i VRF", NULL, "", true, false, false, RULE_NONE, 0, NO_POOL, PICK_FIRST},
	{"-i VRF -p low", "", "", true, false, false, RULE_NONE, ONE_BY_ONE, NO_POOL, PICK_FIRST},
	{"-a -a sticky", "203.0.113.3", "2001:db8:1::3", false, false, false, RULE_NONE, 0,
	 ADDRESSES, PICK_STICKY},
	{"-i -i sticky", "198.51.100.2", "2001:db8:2::2", true, true, false, RULE_NONE, 0, UPLINKS,
	 PICK_STICKY},
};

static struct pin_source source_of(const char *text)
{
	if (text == NULL)
		return (struct pin_source){.mode = PIN_REFUSED};
	return text[0] == '\0' ? (struct pin_source){.mode = PIN_ANY} : at_address(text);
}

static void add_own(const struct local_address *address, void *context)
{
	struct pin *pin = context;
	CHECK(pin->exempt_count < REACH_ROOMS);
	/* pin->exempt points to the room in its reach_pin. */
	((struct prefix *)pin->exempt)[pin->exempt_count++] = (struct prefix){
		.ip = address->ip,
		.length = 128,
		.reach = REACH_OWN,
		.ifindex = address->ifindex,
	};
}

static void add_destination(const char *text, enum reach_rule rule, struct pin *pin,
			    struct prefix *room)
{
	struct prefix prefix = {.ip = ip_of(text), .length = 128, .reach = REACH_EXCLUDED};
	if (rule == RULE_ONLY || rule == RULE_ONLY_PORT)
		prefix.reach = REACH_REMOTE;
	if (rule == RULE_EXCLUDE_PORT)
		prefix.port_low = prefix.port_high = REACH_OTHER_PORT;
	if (rule == RULE_ONLY_PORT)
		prefix.port_low = prefix.port_high = REACH_PEER_PORT;
	room[pin->exempt_count++] = prefix;
}

/* The destinations of --exclude and --only, and this host's addresses as they are now. */
static void settle(enum reach_rule rule, struct pin *pin, struct prefix *room)
{
	bool excludes = rule == RULE_EXCLUDE || rule == RULE_EXCLUDE_PORT;
	pin->exempt = room;
	if (rule != RULE_NONE) {
		add_destination(excludes ? REACH_X_V4 : REACH_Y_V4, rule, pin, room);
		add_destination(excludes ? REACH_X_V6 : REACH_Y_V6, rule, pin, room);
	}
	model_sys_begin(NULL);
	CHECK(local_addresses(add_own, pin) == 0);
	exempt_settle(pin, room);
	pin_settle_sends(pin);
}

static struct member member_of(const char *v4, const char *v6, unsigned int device)
{
	struct member member = {.v4 = source_of(v4), .v6 = source_of(v6), .length = 128};
	member.ifindex = device;
	if (device != 0)
		memcpy(member.ifname, device == HOST_WLAN0 ? "wlan0" : "eth0", sizeof("eth0"));
	if (device == HOST_WLAN0)
		member.ifname[4] = '0';
	return member;
}

static void set_pool(enum pool pool, enum pick pick, struct reach_pin *pinned)
{
	struct member *members = pinned->members;
	if (pool == NO_POOL)
		return;
	if (pool == ADDRESSES) {
		members[0] = member_of("203.0.113.3", NULL, 0);
		members[1] = member_of("198.51.100.3", NULL, 0);
		members[2] = member_of(NULL, "2001:db8:1::3", 0);
		members[3] = member_of(NULL, "2001:db8:2::3", 0);
	} else {
		members[0] = member_of("198.51.100.2", "2001:db8:2::2", HOST_WLAN0);
		members[1] = member_of("203.0.113.2", "2001:db8:1::2", HOST_ETH0);
	}
	pinned->pin.members = members;
	pinned->pin.member_count = pool == ADDRESSES ? 4 : 2;
	pinned->pin.pick = pick;
}

static void set_ports(int ports, struct pin *pin)
{
	if (ports == 0)
		return;
	pin->ports_by_kernel = ports == BY_KERNEL;
	pin->port_low = ports == BY_KERNEL ? REACH_OPEN_LOW : REACH_LOW;
	pin->port_high = ports == BY_KERNEL ? REACH_OPEN_LOW + 63 : REACH_HIGH;
}

bool reach_pin_at(size_t i, bool is_supervised, struct reach_pin *ret_pin)
{
	if (i >= sizeof(PINS) / sizeof(PINS[0]))
		return false;
	*ret_pin = (struct reach_pin){
		.name = PINS[i].name,
		.pin = {.v4 = source_of(PINS[i].v4),
			.v6 = source_of(PINS[i].v6),
			.follows = PINS[i].follows,
			.keeps_listeners = PINS[i].keeps,
			.leaves_v6only = !is_supervised,
			.excludes = PINS[i].rule != RULE_NONE},
		.rule = PINS[i].rule,
	};
	struct pin *pin = &ret_pin->pin;
	if (PINS[i].has_device) {
		pin->ifindex = HOST_WLAN0;
		memcpy(pin->ifname, "wlan0", sizeof("wlan0"));
	}
	set_ports(PINS[i].ports, pin);
	set_pool(PINS[i].pool, PINS[i].pick, ret_pin);
	ret_pin->after_loss = *pin;
	settle(PINS[i].rule, pin, ret_pin->room);
	host.has_lost_wlan0 = true;
	settle(PINS[i].rule, &ret_pin->after_loss, ret_pin->room_after_loss);
	host.has_lost_wlan0 = false;
	return true;
}
