/* SPDX-License-Identifier: MIT */
/* Reads the addresses of a sequence, and writes a socket's own; see walk.h. */
#include "walk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No device has this index, so that the kernel refuses a call with an unknown device. */
#define NO_DEVICE 9999

unsigned int walk_index(const char *device)
{
	unsigned int index;

	if (strcmp(device, "-") == 0)
		return 0;
	index = if_nametoindex(device);
	return index != 0 ? index : NO_DEVICE;
}

int walk_address(const char *text, const char *port, struct walk_address *ret_address)
{
	struct walk_address made = {.length = 0};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	char address[INET6_ADDRSTRLEN + 1];
	bool unspecified = strncmp(text, "u:", 2) == 0;
	const char *device;

	if (unspecified)
		text += 2;
	device = strchr(text, '%');
	snprintf(address, sizeof(address), "%.*s",
		 (int)(device != NULL ? (size_t)(device - text) : strlen(text)), text);
	v4.sin_port = v6.sin6_port = htons((uint16_t)(port != NULL ? strtoul(port, NULL, 10) : 0));
	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
		made.length = sizeof(v4);
		memcpy(&made.address, &v4, sizeof(v4));
	} else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
		v6.sin6_scope_id = device != NULL ? walk_index(device + 1) : 0;
		made.length = sizeof(v6);
		memcpy(&made.address, &v6, sizeof(v6));
	} else {
		errno = EBADMSG;
		return -1;
	}
	if (unspecified)
		made.address.ss_family = AF_UNSPEC;
	*ret_address = made;
	return 0;
}

void walk_print_local(int fd)
{
	char address[INET6_ADDRSTRLEN];
	char device[IF_NAMESIZE + 1] = "";
	struct sockaddr_storage local = {.ss_family = AF_UNSPEC};
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	socklen_t length = sizeof(local);

	if (getsockname(fd, (struct sockaddr *)&local, &length) < 0) {
		fputs("- -", stdout);
		return;
	}
	memcpy(&v4, &local, sizeof(v4));
	memcpy(&v6, &local, sizeof(v6));
	if (local.ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4.sin_addr, address, sizeof(address));
	} else {
		inet_ntop(AF_INET6, &v6.sin6_addr, address, sizeof(address));
		if (v6.sin6_scope_id != 0 && if_indextoname(v6.sin6_scope_id, device + 1) != NULL)
			device[0] = '%';
	}
	/* The port lies at the same place for both families. */
	printf("%s%s %u", address, device, ntohs(v4.sin_port));
}
