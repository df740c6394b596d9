/* SPDX-License-Identifier: MIT */
/*
 * All peers stay silent or answer without an error, because an error would come back on a later
 * call. No port is named twice.
 */
#include "random_step.h"

#include <netinet/in.h>

#include "pin/kernel_constants.h"

enum { DISCARD = 9, HOLD = 7001 };

struct place {
	const char *text;
	uint32_t scope;
};

static const struct place V4[] = {
	{"192.0.2.1", 0},     {"192.0.2.1", 0},      {"192.0.2.1", 0},   {"127.0.0.1", 0},
	{"127.0.0.2", 0},     {"203.0.113.2", 0},    {"203.0.113.3", 0}, {"198.51.100.2", 0},
	{"198.51.100.3", 0},  {"224.0.0.251", 0},    {"224.1.2.3", 0},   {"255.255.255.255", 0},
	{"203.0.113.255", 0}, {"198.51.100.255", 0}, {"0.0.0.0", 0},
};
static const struct place V6[] = {
	{"2001:db8:9::1", 0}, {"2001:db8:9::1", 0}, {"2001:db8:9::1", 0},
	{"::1", 0},           {"2001:db8:1::2", 0}, {"2001:db8:1::3", 0},
	{"2001:db8:2::2", 0}, {"2001:db8:2::3", 0}, {"ff02::114", 0},
	{"ff02::114", 2},     {"ff02::114", 3},     {"ff05::99", 0},
	{"fe80::99", 2},      {"fe80::99", 3},      {"::", 0},
};

enum { V4_COUNT = sizeof(V4) / sizeof(V4[0]), V6_COUNT = sizeof(V6) / sizeof(V6[0]) };

static uint32_t state = 1;

void random_seed(uint32_t seed)
{
	state = seed * 2654435761U | 1;
}

unsigned int random_below(unsigned int limit)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return (state >> 8) % limit;
}

static uint16_t port_of(enum step_call call, enum model_kind kind, uint16_t named)
{
	if (call == STEP_BIND)
		return kind == MODEL_RAW || random_below(2) ? 0 : named;
	switch (kind) {
	case MODEL_STREAM:
		return HOLD;
	case MODEL_DGRAM:
		return random_below(12) == 0 && call != STEP_CONNECT ? 0 : DISCARD;
	case MODEL_PING:
		return random_below(2) ? DISCARD : 0;
	case MODEL_RAW:
		return 0;
	}
	return 0;
}

/* An own link-local address is known at run time only. */
static void be_link_local(struct step *step)
{
	uint32_t scope = HOST_ETH0 + random_below(2);
	step->at.ip = host.link_local[scope];
	step->at.scope = random_below(8) == 0 ? 0 : scope;
}

static struct step to_somewhere(enum step_call call, int family, enum model_kind kind,
				uint16_t named)
{
	bool is_v4 = family == AF_INET || random_below(3) == 0;
	const struct place *place =
		is_v4 ? &V4[random_below(V4_COUNT)] : &V6[random_below(V6_COUNT)];
	bool is_other = random_below(30) == 0;
	uint16_t port = port_of(call, kind, named);
	struct step step = step_at(call, family, place->text, port, place->scope);
	if (call == STEP_BIND && random_below(15) == 0)
		step = step_at(call, family, is_v4 ? "192.0.2.77" : "2001:db8:9::77", port, 0);
	else if (!is_v4 && random_below(6) == 0)
		be_link_local(&step);
	if (is_other && family == AF_INET6 && is_v4)
		step.at.family = AF_INET;
	else if (is_other && is_v4 && call != STEP_CONNECT)
		step.at.family = AF_UNSPEC;
	return step;
}

static int to_index(int network)
{
	int index = (int)random_below(HOST_DEVICES);
	return network ? (int)htonl((uint32_t)index) : index;
}

static struct step some_option(void)
{
	static const int ranges[] = {RANDOM_RANGE_LOW | (int)((uint32_t)RANDOM_RANGE_HIGH << 16),
				     2000 | 2003 << 16, 0};
	static const char *const hops[] = {"2001:db8:9::1", "::1", "ff11::b1d", NULL};
	static const char *const sources[] = {NULL, "203.0.113.3", "198.51.100.2"};
	switch (random_below(13)) {
	case 0:
	case 1:
		return step_number(SOL_SOCKET, SO_BINDTOIFINDEX, to_index(0));
	case 2:
		return step_number(IPPROTO_IP, IP_UNICAST_IF, to_index(1));
	case 3:
		return step_number(IPPROTO_IPV6, IPV6_UNICAST_IF, to_index(1));
	case 4:
		return step_group_v4(to_index(0), sources[random_below(3)]);
	case 5:
		return step_number(IPPROTO_IPV6, IPV6_MULTICAST_IF, to_index(0));
	case 6:
	case 7:
		return step_number(IPPROTO_IPV6, IPV6_V6ONLY, (int)random_below(2));
	case 8:
	case 9:
		return step_number(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, random_below(4) != 0);
	case 10:
		return step_number(IPPROTO_IP, IP_LOCAL_PORT_RANGE, ranges[random_below(3)]);
	case 11:
		return random_below(2) ? step_hop(hops[random_below(4)])
				       : step_sticky((unsigned int)to_index(0));
	default:
		return step_number(SOL_SOCKET, SO_BROADCAST, random_below(4) != 0);
	}
}

static void add_control(struct step *step, int family)
{
	static const char *const v4[] = {NULL, "203.0.113.3", "198.51.100.2", "127.0.0.1"};
	static const char *const v6[] = {NULL, "2001:db8:1::3", "2001:db8:2::2", "::1",
					 "::ffff:203.0.113.3"};
	bool is_v4 = family == AF_INET || random_below(3) == 0;
	unsigned int device = random_below(3) == 0 ? (unsigned int)to_index(0) : 0;
	step_add_control(step, is_v4, device, is_v4 ? v4[random_below(4)] : v6[random_below(5)]);
}

struct step random_step(int family, enum model_kind kind, uint16_t port)
{
	static const enum step_call calls[] = {
		STEP_BIND,    STEP_BIND,   STEP_BIND,   STEP_CONNECT, STEP_CONNECT,
		STEP_CONNECT, STEP_SENDTO, STEP_SENDTO, STEP_SENDTO,  STEP_SENDMSG,
		STEP_SENDMSG, STEP_SEND,   STEP_SEND,
	};
	unsigned int i = random_below(20);
	if (i >= 15)
		return some_option();
	if (i == 14)
		return (struct step){.call = random_below(12) == 0 ? STEP_SHUTDOWN : STEP_LISTEN};
	if (i == 13)
		return (struct step){.call = STEP_CONNECT, .at = {.family = AF_UNSPEC}};
	enum step_call call = calls[i];
	if (call == STEP_SEND)
		return (struct step){.call = call};
	if (call == STEP_SENDTO && kind == MODEL_STREAM && random_below(2))
		call = STEP_FASTOPEN;
	struct step step = to_somewhere(call, family, kind, port);
	if (call == STEP_SENDMSG && kind != MODEL_STREAM)
		add_control(&step, family);
	if (call == STEP_SENDMSG && random_below(4) == 0)
		step.has_peer = false;
	return step;
}
