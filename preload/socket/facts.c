/* SPDX-License-Identifier: MIT */
/* Asks the kernel about a socket. Nothing is remembered, so each question is a system call. */
#include "socket/facts.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "socket/sys.h"

int facts_complete(int fd, const struct pin *pin, struct facts *ret_facts)
{
	struct facts facts = {.domain = ret_facts->local.family, .local = ret_facts->local};
	int v6only = 0, device = 0;
	int r = sys_get_number(fd, SOL_SOCKET, SO_TYPE, &facts.type);
	if (r < 0)
		return r;
	if (facts.domain == AF_INET6)
		r = sys_get_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only);
	if (r == 0)
		r = sys_get_number(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device);
	if (r == -ENOPROTOOPT && pin->ifindex == 0)
		r = 0; /* before Linux 5.1, when no interface can be pinned either */
	if (r < 0)
		return r;
	if (facts.type == SOCK_RAW)
		facts.local.port = 0; /* the kernel shows the protocol there */
	facts.v6only = v6only != 0;
	facts.device = (unsigned int)device;
	*ret_facts = facts;
	return 0;
}

int facts_read(int fd, const struct pin *pin, struct facts *ret_facts)
{
	struct facts facts;
	int r = sys_getsockname(fd, &facts.local);
	if (r < 0)
		return r;
	r = facts_complete(fd, pin, &facts);
	if (r < 0)
		return r;
	*ret_facts = facts;
	return 0;
}

bool facts_is_foreign(int r)
{
	return r == -EAFNOSUPPORT || r == -ENOTSOCK || r == -EBADF || r == -EOPNOTSUPP;
}
