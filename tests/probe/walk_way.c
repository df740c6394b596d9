/* SPDX-License-Identifier: MIT */
/* Makes the socket calls of a sequence, by libc's functions or by number; see walk.h. */
#include "walk.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool by_number;

void way_choose(bool is_by_number)
{
	by_number = is_by_number;
}

int way_socket(int family, int type, int protocol)
{
	if (by_number)
		return (int)syscall(SYS_socket, family, type, protocol);
	return socket(family, type, protocol);
}

int way_bind(int fd, const struct sockaddr *address, socklen_t length)
{
	if (by_number)
		return (int)syscall(SYS_bind, fd, address, length);
	return bind(fd, address, length);
}

int way_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	if (by_number)
		return (int)syscall(SYS_connect, fd, address, length);
	return connect(fd, address, length);
}

int way_listen(int fd, int backlog)
{
	return by_number ? (int)syscall(SYS_listen, fd, backlog) : listen(fd, backlog);
}

ssize_t way_sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
		   socklen_t length)
{
	if (by_number)
		return syscall(SYS_sendto, fd, data, size, flags, address, length);
	return sendto(fd, data, size, flags, address, length);
}

ssize_t way_sendmsg(int fd, const struct msghdr *message, int flags)
{
	return by_number ? syscall(SYS_sendmsg, fd, message, flags) : sendmsg(fd, message, flags);
}

int way_sendmmsg(int fd, struct mmsghdr *vector, unsigned int count, int flags)
{
	if (by_number)
		return (int)syscall(SYS_sendmmsg, fd, vector, count, flags);
	return sendmmsg(fd, vector, count, flags);
}

int way_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	if (by_number)
		return (int)syscall(SYS_setsockopt, fd, level, name, value, length);
	return setsockopt(fd, level, name, value, length);
}

int way_forbid(void)
{
	return by_number ? (int)syscall(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0)
			 : prctl(PR_SET_DUMPABLE, 0);
}
