/* SPDX-License-Identifier: MIT */
#include "pins.h"

#include "check.h"
#include "pin/exempt.h"

static struct prefix exempt[3], *const own_prefixes = exempt + 1;
struct pin address, v4_only, v6_only, interface, excluding, ports;
static struct pin *const pins[] = {&address, &v4_only, &v6_only, &interface, &excluding, &ports};

void pins_set_up(void)
{
	exempt[0] =
		(struct prefix){.ip = ip_of("192.0.2.0"), .length = 120, .reach = REACH_EXCLUDED};
	own_prefixes[0] = (struct prefix){
		.ip = ip_of("203.0.113.2"), .length = 128, .reach = REACH_OWN, .ifindex = 2};
	own_prefixes[1] = (struct prefix){
		.ip = ip_of("2001:db8:1::2"), .length = 128, .reach = REACH_OWN, .ifindex = 2};
	address = (struct pin){.v4 = at_address("203.0.113.3"), .v6 = at_address("2001:db8:1::3")};
	v4_only = (struct pin){
		.v4 = at_address("203.0.113.3"), .exempt = own_prefixes, .exempt_count = 2};
	v6_only = (struct pin){.v6 = at_address("2001:db8:1::3")};
	interface = (struct pin){.v4 = at_address("198.51.100.2"),
				 .v6 = at_address("2001:db8:2::2"),
				 .ifindex = 3,
				 .follows = true,
				 .exempt = own_prefixes,
				 .exempt_count = 2};
	excluding = interface;
	excluding.exempt_count = 3;
	excluding.excludes = true;
	exempt_settle(&excluding, exempt);
	ports = (struct pin){.v4 = {.mode = PIN_ANY},
			     .v6 = {.mode = PIN_ANY},
			     .port_low = 2000,
			     .port_high = 2009};
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++)
		pin_settle_sends(pins[i]);
}
