/* SPDX-License-Identifier: MIT */
/* What every probe needs; see probe.h. */
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct target probe_target(const char *address, const char *port)
{
	struct target target = {.length = 0};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = v4.sin_port};

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
		target.length = sizeof(v4);
		memcpy(&target.address, &v4, sizeof(v4));
	} else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
		target.length = sizeof(v6);
		memcpy(&target.address, &v6, sizeof(v6));
	} else {
		fprintf(stderr, "'%s' is not an address\n", address);
		exit(2);
	}
	return target;
}

int probe_socket(const char *kind, const struct target *target)
{
	int fd;

	if (strncmp(kind, "fd:", 3) == 0)
		return atoi(kind + 3);
	fd = socket(target->address.ss_family, strcmp(kind, "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM,
		    0);
	if (fd < 0) {
		perror("socket");
		exit(2);
	}
	return fd;
}

const char *probe_outcome(long result)
{
	return result >= 0 ? "0" : strerrorname_np(errno);
}

const char *probe_local(int fd)
{
	static char text[INET6_ADDRSTRLEN + 8];
	char address[INET6_ADDRSTRLEN] = "?";
	struct sockaddr_storage local = {.ss_family = AF_UNSPEC};
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	socklen_t length = sizeof(local);

	if (getsockname(fd, (struct sockaddr *)&local, &length) < 0)
		return "? ?";
	memcpy(&v4, &local, sizeof(v4));
	memcpy(&v6, &local, sizeof(v6));
	if (local.ss_family == AF_INET)
		inet_ntop(AF_INET, &v4.sin_addr, address, sizeof(address));
	else if (local.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &v6.sin6_addr, address, sizeof(address));
	snprintf(text, sizeof(text), "%s %u", address, ntohs(v4.sin_port));
	return text;
}
