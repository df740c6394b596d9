/* SPDX-License-Identifier: MIT */
/*
 * Keeps this host's addresses, and the pinned interface's index and addresses, up to date in the
 * pin. The kernel queues an rtnetlink(7) message for each change before the call that made the
 * change returns. So a look at that queue before each decision is enough, and costs less than
 * reading the addresses. An address that cannot be read, or has no room, counts as remote, so that
 * the pin holds what goes there.
 */
#include "supervise/live_pin.h"

#include <errno.h>
#include <limits.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "pin/exempt.h"
#include "socket/local.h"
#include "socket/refresh.h"
#include "socket/sys.h"

/* A negative index, which the kernel gives to no interface. */
#define NO_IFINDEX UINT_MAX

static void add(const struct local_address *address, void *context)
{
	struct live_pin *live = context;
	struct pin *pin = &live->pin;

	if (pin->exempt_count == live->rooms) {
		size_t more = live->rooms ? 2 * live->rooms : 16;
		struct prefix *larger = realloc(live->room, more * sizeof(*larger));

		if (!larger)
			return; /* the address counts as remote */
		live->room = larger;
		live->rooms = more;
		pin->exempt = larger;
	}
	local_exempt(address, pin, live->room);
}

static void read_all(struct live_pin *live)
{
	live->pin.exempt_count = live->pin.own;
	(void)local_addresses(add, live); /* those that cannot be read count as remote */
	exempt_settle(&live->pin, live->room);
}

/*
 * Looks the interface up by its name. If there is none of that name and another interface has its
 * index, by a change of names or because an index can be had again, that one must carry nothing:
 * the pin gets an index that no interface can have.
 */
static void find_interface(struct live_pin *live)
{
	struct pin fresh;
	char other[IF_NAMESIZE];

	if (live->pin.ifindex == 0)
		return;
	int r = pin_refresh(&live->pin, &fresh);
	if (r == 0) {
		live->pin = fresh;
		live->pin.is_refreshed = false; /* read_all() reads the addresses in exempt, too */
	} else if (r != -ENOENT && if_indextoname(live->pin.ifindex, other)) {
		live->pin.ifindex = NO_IFINDEX;
	}
}

int live_pin_open(struct live_pin *live, const struct pin *pin)
{
	struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};

	*live = (struct live_pin){.pin = *pin, .rooms = pin->exempt_count};
	live->room = calloc(live->rooms + 1, sizeof(*live->room));
	if (!live->room)
		return -ENOMEM;
	for (size_t i = 0; i < live->rooms; i++)
		live->room[i] = pin->exempt[i];
	exempt_settle(&live->pin, live->room);
	live->changes =
		sys_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (live->changes < 0)
		return live->changes;
	if (bind(live->changes, (struct sockaddr *)&groups, sizeof(groups)) < 0)
		return -errno;
	read_all(live);
	return 0;
}

const struct pin *live_pin(const struct live_pin *live)
{
	return &live->pin;
}

const struct pin *live_pin_refresh(struct live_pin *live)
{
	unsigned char message[8192];
	bool has_changed = false;
	ssize_t size;

	/* What the messages say does not matter. ENOBUFS: there were more than the queue holds. */
	while ((size = sys_receive(live->changes, message, sizeof(message))) > 0 ||
	       size == -ENOBUFS)
		has_changed = true;
	if (has_changed) {
		find_interface(live);
		read_all(live);
	}
	return &live->pin;
}

struct view live_pin_view(struct live_pin *live, struct pin *ret_pin)
{
	const struct pin *pin = live_pin_refresh(live);

	if (pin_refresh(pin, ret_pin) < 0)
		*ret_pin = *pin;
	return view_of(ret_pin);
}
