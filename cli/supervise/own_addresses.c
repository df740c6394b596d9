/* SPDX-License-Identifier: MIT */
/*
 * rtnetlink(7) tells of every change before the call that made it returns, so that a look at its
 * queue before each decision is enough. Addresses that cannot be read are remote: held to the pin.
 */
#include "supervise/own_addresses.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "pin/exempt.h"
#include "socket/local.h"
#include "socket/sys.h"

static struct prefix *room;
static size_t rooms;
static int changes = -1;
static struct pin *kept;

static void add(const struct local_address *address, void *context)
{
	struct pin *pin = context;

	if (pin->exempt_count == rooms) {
		size_t more = rooms ? 2 * rooms : 16;
		struct prefix *larger = realloc(room, more * sizeof(*room));

		if (!larger)
			return; /* it is remote then */
		room = larger;
		rooms = more;
		pin->exempt = room;
	}
	room[pin->exempt_count++] = (struct prefix){
		.ip = address->ip,
		.length = 128,
		.reach = REACH_OWN,
		.ifindex = address->ifindex,
	};
}

static void read_all(struct pin *pin)
{
	pin->exempt_count = pin->excluded;
	(void)local_addresses(add, pin); /* see above */
	exempt_settle(pin, room);
}

int own_addresses_open(struct pin *pin)
{
	struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};

	kept = pin;
	rooms = pin->exempt_count;
	room = calloc(rooms + 1, sizeof(*room));
	if (!room)
		return -ENOMEM;
	for (size_t i = 0; i < rooms; i++)
		room[i] = pin->exempt[i];
	exempt_settle(pin, room);
	changes = sys_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (changes < 0)
		return changes;
	if (bind(changes, (struct sockaddr *)&groups, sizeof(groups)) < 0)
		return -errno;
	read_all(pin);
	return 0;
}

void own_addresses_refresh(void)
{
	unsigned char message[8192];
	bool changed = false;
	ssize_t size;

	/* ENOBUFS: more than the queue holds has changed. */
	while ((size = sys_receive(changes, message, sizeof(message))) > 0 || size == -ENOBUFS)
		changed = true;
	if (changed)
		read_all(kept);
}
