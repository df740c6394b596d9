/* SPDX-License-Identifier: MIT */
/*
 * Reads the range of -p and decides who confines sockets to it. The kernel does if it can
 * (IP_LOCAL_PORT_RANGE). That option only narrows net.ipv4.ip_local_port_range: the kernel cuts or
 * ignores a range that is not within it, without an error (inet_sk_get_local_port_range() in
 * net/ipv4/inet_connection_sock.c). For such a range bindto tries ports one by one instead.
 */
#include "resolve/ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "pin/text.h"
#include "resolve/probe.h"

enum { PORT_MAX = 65535 };

static uint16_t parse_port(const char *text, const char *part, size_t length)
{
	unsigned long port;
	int result = number_parse(part, length, 1, PORT_MAX, &port);

	if (result == -ERANGE)
		die("cannot use ports '%s': a port lies between 1 and %d", text, PORT_MAX);
	if (result < 0) {
		diag_error("cannot use ports '%s': it is not LOW[-HIGH]", text);
		diag_hint("-p 40000-40099, or -p 40000");
		exit(STATUS_FAILED);
	}
	return (uint16_t)port;
}

/* Reads count ports from a file in /proc/sys, with blanks between them. */
static bool read_setting(const char *path, size_t count, uint16_t ports[])
{
	char line[64];
	CLEANUP(cleanup_file) FILE *file = fopen(path, "re");

	if (!file || !fgets(line, sizeof(line), file))
		return false;
	const char *word = line;
	for (size_t i = 0; i < count; i++) {
		unsigned long port;

		word += strspn(word, " \t");
		size_t length = strcspn(word, " \t\n");
		if (number_parse(word, length, 0, PORT_MAX, &port) < 0)
			return false;
		ports[i] = (uint16_t)port;
		word += length;
	}
	return true;
}

static bool has_bind_capability(void)
{
	CLEANUP(cleanup_caps) cap_t caps = cap_get_proc();
	cap_flag_value_t value = CAP_CLEAR;

	return caps && !cap_get_flag(caps, CAP_NET_BIND_SERVICE, CAP_EFFECTIVE, &value) &&
	       value == CAP_SET;
}

static void check_privileged(const char *text, uint16_t low)
{
	uint16_t first = 1024;

	/* Before Linux 4.11 the setting does not exist, and the limit is 1024. */
	(void)read_setting("/proc/sys/net/ipv4/ip_unprivileged_port_start", 1, &first);
	if (low < first && !has_bind_capability())
		die("cannot use ports '%s': those below %u need CAP_NET_BIND_SERVICE", text, first);
}

static bool can_kernel(const struct pin *pin)
{
	uint16_t own[2];

	return read_setting("/proc/sys/net/ipv4/ip_local_port_range", 2, own) &&
	       own[0] <= pin->port_low && pin->port_high <= own[1] &&
	       probe_port_range(pin->port_low, pin->port_high);
}

void ports_resolve(const char *text, struct pin *pin)
{
	size_t length = strcspn(text, "-");

	pin->port_low = pin->port_high = parse_port(text, text, length);
	if (text[length])
		pin->port_high = parse_port(text, text + length + 1, strlen(text + length + 1));
	if (pin->port_high < pin->port_low)
		die("cannot use ports '%s': the last is lower than the first", text);
	check_privileged(text, pin->port_low);
	pin->ports_by_kernel = can_kernel(pin);
}
