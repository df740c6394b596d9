/* SPDX-License-Identifier: MIT */
/* Knows the key of each setting, and which socket options it becomes. */
#include "pin/setting.h"

#include <linux/if_addr.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* Which sockets have the option. */
enum sockets {
	SOCKETS_ALL,
	SOCKETS_V4, /* an IPv6 socket has these for its v4-mapped peers, unless it is a raw one */
	SOCKETS_V6,
	SOCKETS_STREAM,
};

static const struct row {
	unsigned char setting, sockets;
	unsigned char level, name; /* Linux's numbers for them are all below 256 */
} ROWS[] = {
	{SETTING_MARK, SOCKETS_ALL, SOL_SOCKET, SO_MARK},
	/* Before the priority: the kernel derives one from IP_TOS (ip_setsockopt()). */
	{SETTING_TOS, SOCKETS_V4, IPPROTO_IP, IP_TOS},
	{SETTING_TOS, SOCKETS_V6, IPPROTO_IPV6, IPV6_TCLASS},
	{SETTING_PRIORITY, SOCKETS_ALL, SOL_SOCKET, SO_PRIORITY},
	{SETTING_TTL, SOCKETS_V4, IPPROTO_IP, IP_TTL},
	{SETTING_TTL, SOCKETS_V6, IPPROTO_IPV6, IPV6_UNICAST_HOPS},
	{SETTING_MSS, SOCKETS_STREAM, IPPROTO_TCP, TCP_MAXSEG},
	{SETTING_IDLE, SOCKETS_STREAM, SOL_SOCKET, SO_KEEPALIVE}, /* on: it is not 0 */
	{SETTING_IDLE, SOCKETS_STREAM, IPPROTO_TCP, TCP_KEEPIDLE},
	{SETTING_INTERVAL, SOCKETS_STREAM, IPPROTO_TCP, TCP_KEEPINTVL},
	{SETTING_PROBES, SOCKETS_STREAM, IPPROTO_TCP, TCP_KEEPCNT},
	{SETTING_RATE, SOCKETS_ALL, SOL_SOCKET, SO_MAX_PACING_RATE},
	{SETTING_FREEBIND, SOCKETS_V4, IPPROTO_IP, IP_FREEBIND},
	{SETTING_FREEBIND, SOCKETS_V6, IPPROTO_IPV6, IPV6_FREEBIND}, /* Linux 4.15 */
	{SETTING_PREFERS, SOCKETS_V6, IPPROTO_IPV6, IPV6_ADDR_PREFERENCES},
};

/* Arrays, not pointers, because the loader would have to relocate each pointer. */
static const char KEYS[SETTING_COUNT][sizeof("priority")] = {
	[SETTING_MARK] = "mark",         [SETTING_PRIORITY] = "priority", [SETTING_TOS] = "tos",
	[SETTING_TTL] = "ttl",           [SETTING_MSS] = "mss",           [SETTING_IDLE] = "idle",
	[SETTING_INTERVAL] = "interval", [SETTING_PROBES] = "probes",     [SETTING_RATE] = "rate",
	[SETTING_FREEBIND] = "freebind", [SETTING_PREFERS] = "prefers",   [SETTING_KEPT] = "kept",
};

bool setting_is_given(const struct pin_settings *settings, enum setting setting)
{
	return (settings->given >> setting & 1) != 0;
}

void setting_give(struct pin_settings *settings, enum setting setting, uint32_t value)
{
	settings->given |= 1U << setting;
	settings->values[setting] = value;
}

bool setting_holds(const struct pin_settings *settings, int level, int name)
{
	if (level == IPPROTO_IPV6 && name == IPV6_ADDR_PREFERENCES)
		return setting_is_given(settings, SETTING_PREFERS);
	return level == SOL_SOCKET && name == SO_MARK && setting_is_given(settings, SETTING_MARK);
}

bool setting_forbids(const struct pin_settings *settings, int name, uint32_t value)
{
	uint32_t prefers = value & (PREFERS_TEMPORARY | PREFERS_STABLE | PREFERS_DEFAULT);
	if (name == SO_MARK)
		return value != setting_mark(settings, value);
	return prefers != 0 && prefers != settings->values[SETTING_PREFERS];
}

bool setting_takes(uint32_t prefers, const struct ip *ip, uint32_t flags)
{
	bool is_temporary = (flags & IFA_F_TEMPORARY) != 0;
	return prefers == 0 || ip_is_v4(ip) || ip_is_link_local(ip) ||
	       is_temporary == (prefers == PREFERS_TEMPORARY);
}

uint32_t setting_mark(const struct pin_settings *settings, uint32_t own)
{
	return (own & settings->values[SETTING_KEPT]) | settings->values[SETTING_MARK];
}

const char *setting_key(enum setting setting)
{
	return KEYS[setting];
}

static bool has_option(const struct row *row, int domain, int type)
{
	switch ((enum sockets)row->sockets) {
	case SOCKETS_V4:
		return domain == AF_INET || type != SOCK_RAW;
	case SOCKETS_V6:
		return domain == AF_INET6;
	case SOCKETS_STREAM:
		return type == SOCK_STREAM;
	case SOCKETS_ALL:
		break;
	}
	return true;
}

bool setting_next(const struct pin_settings *settings, int domain, int type, size_t *at,
		  struct setting_option *ret_option)
{
	for (; *at < sizeof(ROWS) / sizeof(ROWS[0]); (*at)++) {
		const struct row *row = &ROWS[*at];
		if (!setting_is_given(settings, row->setting) || !has_option(row, domain, type))
			continue;
		*ret_option = (struct setting_option){
			.level = row->level,
			.name = row->name,
			.value = (int)settings->values[row->setting],
		};
		(*at)++;
		return true;
	}
	return false;
}
