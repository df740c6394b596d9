/* SPDX-License-Identifier: MIT */
/*
 * Settings: numbers that the user gives for socket options (--priority), and the one name among
 * them (--congestion). Every socket gets them when it is made. The program may set such an option anew later, as it may change what the kernel
 * chose. There are two exceptions: the mark, because it can decide by which uplink the packets
 * leave, and the preference among IPv6 addresses, because they tell who the user is.
 *
 * To add a setting: its name here, its key and its socket options in setting.c, its values in
 * cli/resolve/settings.c, and the option itself.
 */
#ifndef BINDTO_SETTING_H
#define BINDTO_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pin/sockaddr.h"

enum setting {
	SETTING_MARK,
	SETTING_PRIORITY,
	SETTING_TOS,      /* the DSCP in the upper six bits of a byte */
	SETTING_TTL,      /* hops; IPv6 calls it the hop limit */
	SETTING_MSS,      /* bytes */
	SETTING_IDLE,     /* seconds until the first keepalive probe */
	SETTING_INTERVAL, /* seconds between two probes */
	SETTING_PROBES,   /* so many without an answer end the connection */
	SETTING_RATE,     /* bytes a second */
	SETTING_FREEBIND, /* 1: the source need not be an address of this host */
	SETTING_PREFERS,  /* --addresses: which IPv6 addresses the kernel prefers as a source */
	SETTING_KEPT,     /* the bits of the mark that --mark leaves alone: those outside MASK */
	SETTING_COUNT,
};

/* IPV6_PREFER_SRC_TMP, _PUBLIC and _PUBTMP_DEFAULT of linux/in6.h. */
enum { PREFERS_TEMPORARY = 1, PREFERS_STABLE = 2, PREFERS_DEFAULT = 0x100 };

enum { SETTING_NAME_SIZE = 16 }; /* TCP_CA_NAME_MAX of net/tcp.h */

struct pin_settings {
	uint32_t given; /* bit i: the user gave setting i */
	uint32_t values[SETTING_COUNT];
	char congestion[SETTING_NAME_SIZE]; /* TCP_CONGESTION; empty if not given */
};

bool setting_is_given(const struct pin_settings *settings, enum setting setting);
void setting_give(struct pin_settings *settings, enum setting setting, uint32_t value);

/* Does a setting forbid the program to set this socket option to another value? */
bool setting_holds(const struct pin_settings *settings, int level, int name);

/* Does a setting that holds the option name forbid this value? */
bool setting_forbids(const struct pin_settings *settings, int name, uint32_t value);

/*
 * May a pin with this value of SETTING_PREFERS (0: none) use an address of its interface? flags are
 * the address's (IFA_F_ of linux/if_addr.h). There are no temporary link-local addresses, and those
 * do not leave the link.
 */
bool setting_takes(uint32_t prefers, const struct ip *ip, uint32_t flags);

/* Returns the mark that a socket has to have if it has own now: own, but for the bits of MASK. */
uint32_t setting_mark(const struct pin_settings *settings, uint32_t own);

/* Returns the setting's key in the pin's text (codec.h). */
const char *setting_key(enum setting setting);

/* A socket option, as setsockopt(2) takes it. */
struct setting_option {
	int level, name;
	int value;
};

/*
 * Walks through the socket options that a socket of this domain (AF_INET, AF_INET6) and type gets.
 * Set *at to 0 before the first call; each call moves it on. Returns false if there are no more.
 */
bool setting_next(const struct pin_settings *settings, int domain, int type, size_t *at,
		  struct setting_option *ret_option);

#endif
