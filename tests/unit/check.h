/* SPDX-License-Identifier: MIT */
/* CHECK() for unit tests: a failed check prints its line and ends the program with 1. */
#ifndef BINDTO_CHECK_H
#define BINDTO_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pin/pin.h"

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static inline struct ip ip_of(const char *text)
{
	struct ip ip;
	CHECK(ip_parse(text, &ip) == 0);
	return ip;
}

static inline bool ip_is(const struct ip *ip, const char *text)
{
	struct ip expected = ip_of(text);
	return ip_equal(ip, &expected);
}

static inline struct pin_source at_address(const char *text)
{
	return (struct pin_source){.mode = PIN_ADDRESS, .ip = ip_of(text)};
}

static inline struct endpoint endpoint_of(int family, const char *text, uint16_t port)
{
	return (struct endpoint){.family = (sa_family_t)family, .ip = ip_of(text), .port = port};
}

static inline struct facts facts_of(int family, int type, const char *local, uint16_t port)
{
	return (struct facts){
		.domain = (sa_family_t)family,
		.type = type,
		.local = endpoint_of(family, local, port),
	};
}

#endif
