/* SPDX-License-Identifier: MIT */
/*
 * Replaces a caller's socket. The new one gets what a resolver sets before it asks: whether the
 * socket waits and for how long, and whether exec closes it. An epoll set or a duplicate keeps the
 * old socket.
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
#include "supervise/newborn.h"

static void copy_limit(int from, int to, int name)
{
	struct timeval limit = {0};
	socklen_t length = sizeof(limit);

	if (getsockopt(from, SOL_SOCKET, name, &limit, &length) == 0)
		(void)sys_setsockopt(to, SOL_SOCKET, name, &limit, length); /* a valid limit */
}

int replace_socket(const struct call *call, int family, int *fd, struct facts *facts)
{
	int number = (int)call->arguments[0];
	int flags = fcntl(*fd, F_GETFL);
	int type = flags >= 0 && (flags & O_NONBLOCK) ? facts->type | SOCK_NONBLOCK : facts->type;
	AUTO_CLOSE int other = newborn_socket(call, birth_give_closed, family, type, 0);

	if (other < 0)
		return other;
	copy_limit(*fd, other, SO_RCVTIMEO);
	copy_limit(*fd, other, SO_SNDTIMEO);
	int r = facts_read(other, call_pin(call), facts);
	if (r == 0)
		r = notify_replace(call->notice, other, number,
				   caller_closes_on_exec(call, number));
	if (r < 0)
		return r;
	cleanup_close(fd);
	*fd = steal_fd(&other);
	return 0;
}
