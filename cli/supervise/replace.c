/* SPDX-License-Identifier: MIT */
/*
 * What a resolver sets on a socket before it asks goes along: whether it waits, for how long, and
 * whether it is closed on exec. An epoll set, or a duplicate, keeps the socket that was there.
 */
#include "supervise/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/time.h>

#include "base/cleanup.h"
#include "socket/birth.h"
#include "socket/facts.h"
#include "socket/sys.h"
#include "supervise/caller.h"
#include "supervise/rights.h"

/* A raw socket is none: no right is wanted. */
static int make(const struct pin *pin, const struct call *call, int family, int type)
{
	AUTO_CLOSE int fd = rights_narrow(call->notice);

	if (fd == 0)
		fd = sys_socket(family, type | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? fd : birth_give_closed(fd, pin, family, type);
	rights_widen();
	return r < 0 ? r : steal_fd(&fd);
}

static void copy_limit(int from, int to, int name)
{
	struct timeval limit = {0};
	socklen_t length = sizeof(limit);

	if (getsockopt(from, SOL_SOCKET, name, &limit, &length) == 0)
		(void)sys_setsockopt(to, SOL_SOCKET, name, &limit, length); /* it has been one */
}

int replace_socket(const struct pin *pin, const struct call *call, int family, int *fd,
		   struct facts *facts)
{
	int number = (int)call->arguments[0];
	int flags = fcntl(*fd, F_GETFL);
	bool waits = flags < 0 || !(flags & O_NONBLOCK);
	AUTO_CLOSE int other =
		make(pin, call, family, waits ? facts->type : facts->type | SOCK_NONBLOCK);

	if (other < 0)
		return other;
	copy_limit(*fd, other, SO_RCVTIMEO);
	copy_limit(*fd, other, SO_SNDTIMEO);
	int r = facts_read(other, pin, facts);
	if (r == 0)
		r = notify_replace(call->notice, other, number,
				   caller_closes_on_exec(call->notice, number));
	if (r < 0)
		return r;
	cleanup_close(fd);
	*fd = steal_fd(&other);
	return 0;
}
