/* SPDX-License-Identifier: MIT */
/* Makes and pins sockets, for socket(2) and for what replaces a socket under --dns. */
#include "supervise/newborn.h"

#include "base/cleanup.h"
#include "socket/sys.h"
#include "supervise/rights.h"

struct newborn {
	const struct pin *pin;
	newborn_pin *give;
	int domain, type, protocol;
	int fd; /* -1 until it is pinned */
};

static int make(void *context, bool is_again)
{
	struct newborn *newborn = context;
	AUTO_CLOSE int fd =
		sys_socket(newborn->domain, newborn->type | SOCK_CLOEXEC, newborn->protocol);

	(void)is_again; /* it is a new socket each time */
	if (fd < 0)
		return fd;
	int r = newborn->give(fd, newborn->pin, newborn->domain, newborn->type);
	if (r < 0)
		return r;
	newborn->fd = steal_fd(&fd);
	return 0;
}

int newborn_socket(const struct call *call, newborn_pin *give, int domain, int type, int protocol)
{
	struct newborn newborn = {
		.pin = call_pin(call),
		.give = give,
		.domain = domain,
		.type = type,
		.protocol = protocol,
		.fd = -1,
	};
	int r = rights_act(call, make, &newborn);

	return r < 0 ? r : newborn.fd;
}
