/* SPDX-License-Identifier: MIT */
/* The calls: with one address of each kind that is judged differently. */
#include <netinet/in.h>

#include "check.h"
#include "reach.h"

#define ETH_OWN "fe80::e" /* eth0's own link-local address, see reach_test.c */
#define WLAN_OWN "fe80::f"

struct list {
	struct step *steps;
	size_t count;
	enum reach_rule rule;
	int domain;
	enum model_kind kind;
};

static void add(struct list *list, struct step step)
{
	CHECK(list->count < REACH_MOVES_MAX);
	list->steps[list->count++] = step;
}

static void add_at(struct list *list, enum step_call call, int family, const char *text,
		   uint16_t port, uint32_t scope)
{
	struct ip ip = ip_of(text);
	bool is_x = ip_is(&ip, REACH_X_V4) || ip_is(&ip, REACH_X_V6);
	bool is_y = ip_is(&ip, REACH_Y_V4) || ip_is(&ip, REACH_Y_V6);
	if (list->rule == RULE_NONE && is_x) /* it is like Y then */
		return;
	add(list, step_at(call, family, text, port, scope));
	if (call != STEP_BIND &&
	    ((list->rule == RULE_EXCLUDE_PORT && is_x) || (list->rule == RULE_ONLY_PORT && is_y)))
		add(list, step_at(call, family, text, REACH_OTHER_PORT, scope));
}

static uint16_t peer_port(const struct list *list)
{
	return list->kind == MODEL_RAW || list->kind == MODEL_PING ? 0 : REACH_PEER_PORT;
}

static void add_peers(struct list *list, enum step_call call)
{
	static const char *const v4[] = {"192.0.2.1",      "192.0.2.9",    "127.0.0.1",
					 "203.0.113.2",    "198.51.100.3", "224.1.2.3",
					 "255.255.255.255"};
	static const struct {
		const char *text;
		uint32_t scope;
	} v6[] = {
		{"2001:db8:9::1", 0},     {"2001:db8:9::9", 0}, {"::1", 0},
		{"2001:db8:1::2", 0},     {"2001:db8:2::3", 0}, {"ff05::99", 0},
		{"ff02::114", HOST_ETH0}, {"ff02::114", 0},     {"fe80::99", HOST_ETH0},
		{"fe80::99", HOST_WLAN0},
	};
	bool is_stream = list->kind == MODEL_STREAM;
	bool is_few = list->domain == AF_INET6 && list->kind != MODEL_DGRAM; /* mapped ones */
	for (size_t i = 0; i < sizeof(v4) / sizeof(v4[0]) - (is_stream ? 2 : 0); i++)
		if (!is_few || is_stream || i <= 2)
			add_at(list, call, list->domain, v4[i], peer_port(list), 0);
	if (list->domain == AF_INET)
		return;
	for (size_t i = 0; i < sizeof(v6) / sizeof(v6[0]); i++)
		if (!is_stream || v6[i].text[0] != 'f' || v6[i].text[1] != 'f')
			add_at(list, call, AF_INET6, v6[i].text, peer_port(list), v6[i].scope);
	if (list->kind == MODEL_DGRAM)
		add_at(list, call, AF_INET, "192.0.2.1", 9, 0);
}

static void add_binds(struct list *list)
{
	static const char *const v4[] = {"0.0.0.0", "127.0.0.1", "203.0.113.2", "198.51.100.3",
					 "192.0.2.77"};
	static const char *const v6[] = {"::", "::1", "2001:db8:1::2", "2001:db8:2::3"};
	bool has_port = list->kind == MODEL_STREAM || list->kind == MODEL_DGRAM;
	for (size_t i = 0; i < sizeof(v4) / sizeof(v4[0]); i++)
		add_at(list, STEP_BIND, list->domain, v4[i], 0, 0);
	if (has_port)
		add_at(list, STEP_BIND, list->domain, "0.0.0.0", REACH_PORT, 0);
	if (list->kind == MODEL_DGRAM)
		add_at(list, STEP_BIND, list->domain, "224.1.2.3", REACH_PORT, 0);
	if (list->kind == MODEL_DGRAM)
		add_at(list, STEP_BIND, list->domain, "203.0.113.255", 0, 0);
	if (list->domain == AF_INET) {
		if (list->kind == MODEL_RAW)
			add_at(list, STEP_BIND, AF_INET6, "::", 0, 0);
		return;
	}
	for (size_t i = 0; i < sizeof(v6) / sizeof(v6[0]); i++)
		add_at(list, STEP_BIND, AF_INET6, v6[i], 0, 0);
	if (has_port)
		add_at(list, STEP_BIND, AF_INET6, "::", REACH_PORT, 0);
	add_at(list, STEP_BIND, AF_INET6, ETH_OWN, 0, HOST_ETH0);
	add_at(list, STEP_BIND, AF_INET6, WLAN_OWN, 0, HOST_WLAN0);
	if (list->kind == MODEL_DGRAM)
		add_at(list, STEP_BIND, AF_INET6, "ff02::114", REACH_PORT, HOST_ETH0);
}

static void add_options(struct list *list)
{
	bool is_v6 = list->domain == AF_INET6, is_stream = list->kind == MODEL_STREAM;
	add(list, step_number(SOL_SOCKET, SO_BINDTOIFINDEX, HOST_ETH0));
	add(list, step_number(SOL_SOCKET, SO_BINDTOIFINDEX, HOST_WLAN0));
	add(list, step_number(SOL_SOCKET, SO_BINDTOIFINDEX, HOST_LO));
	if (host.is_privileged)
		add(list, step_number(SOL_SOCKET, SO_BINDTOIFINDEX, 0));
	if (is_stream || list->kind == MODEL_DGRAM)
		add(list, step_number(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1));
	if (!is_v6 || list->kind == MODEL_DGRAM) {
		if (!is_stream) {
			add(list, step_number(IPPROTO_IP, IP_UNICAST_IF, (int)htonl(HOST_ETH0)));
			add(list, step_number(IPPROTO_IP, IP_UNICAST_IF, 0));
			add(list, step_group_v4(HOST_ETH0, NULL));
			add(list, step_group_v4(HOST_LO, NULL));
			add(list, step_group_v4(0, "203.0.113.2"));
		}
	}
	if (!is_v6)
		return;
	add(list, step_number(IPPROTO_IPV6, IPV6_V6ONLY, 0));
	add(list, step_number(IPPROTO_IPV6, IPV6_V6ONLY, 1));
	add(list, step_hop("2001:db8:9::7"));
	add(list, step_hop(NULL));
	if (is_stream)
		return;
	add(list, step_number(IPPROTO_IPV6, IPV6_UNICAST_IF, (int)htonl(HOST_ETH0)));
	add(list, step_number(IPPROTO_IPV6, IPV6_UNICAST_IF, 0));
	add(list, step_number(IPPROTO_IPV6, IPV6_MULTICAST_IF, HOST_ETH0));
	add(list, step_number(IPPROTO_IPV6, IPV6_MULTICAST_IF, HOST_LO));
	add(list, step_sticky(0));
	add(list, step_sticky(HOST_ETH0));
	add(list, step_sticky(HOST_WLAN0));
}

static void add_message(struct list *list, const char *to, bool is_v4, unsigned int device,
			const char *source)
{
	struct step step = step_at(STEP_SENDMSG, list->domain, to, peer_port(list), 0);
	step_add_control(&step, is_v4, device, source);
	add(list, step);
	if (ip_is(&step.at.ip, "192.0.2.1") || ip_is(&step.at.ip, "2001:db8:9::1")) {
		step.has_peer = false;
		add(list, step);
	}
}

static void add_messages(struct list *list)
{
	bool is_v6 = list->domain == AF_INET6;
	if (!is_v6 || list->kind == MODEL_DGRAM) {
		add_message(list, "192.0.2.1", true, 0, NULL);
		add_message(list, "192.0.2.1", true, HOST_ETH0, NULL);
		add_message(list, "192.0.2.1", true, 0, "203.0.113.2");
		add_message(list, "192.0.2.1", true, 0, "127.0.0.1");
		add_message(list, "127.0.0.1", true, 0, NULL);
		add_message(list, "203.0.113.2", true, 0, "198.51.100.2");
	}
	if (!is_v6)
		return;
	add_message(list, "2001:db8:9::1", false, 0, NULL);
	add_message(list, "2001:db8:9::1", false, HOST_ETH0, NULL);
	add_message(list, "2001:db8:9::1", false, 0, "2001:db8:1::2");
	add_message(list, "2001:db8:9::1", false, 0, "::1");
	add_message(list, "::1", false, 0, NULL);
	if (list->kind == MODEL_DGRAM)
		add_message(list, "192.0.2.1", false, 0, "::ffff:203.0.113.2");
}

size_t reach_moves(enum reach_rule rule, int domain, enum model_kind kind, struct step *ret_steps)
{
	struct list list = {.steps = ret_steps, .rule = rule, .domain = domain, .kind = kind};
	add_binds(&list);
	add_peers(&list, STEP_CONNECT);
	add(&list, (struct step){.call = STEP_CONNECT}); /* AF_UNSPEC */
	add(&list, (struct step){.call = STEP_SEND});
	add_options(&list);
	if (kind == MODEL_STREAM) {
		add(&list, (struct step){.call = STEP_LISTEN});
		add_peers(&list, STEP_FASTOPEN);
		return list.count;
	}
	add_peers(&list, STEP_SENDTO);
	if (kind == MODEL_DGRAM)
		add_at(&list, STEP_SENDTO, AF_UNSPEC, "192.0.2.1", 9, 0);
	add_messages(&list);
	return list.count;
}
