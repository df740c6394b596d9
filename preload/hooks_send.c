/* SPDX-License-Identifier: MIT */
/* As hooks.c: the functions that each datagram goes through, which are compiled for speed. */
#include <sys/socket.h>

#include "calls.h"
#include "config.h"
#include "real.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT ssize_t sendto(int fd, const void *data, size_t size, int flags,
		      __CONST_SOCKADDR_ARG address, socklen_t length)
{
	const struct pin *pin = config_pin();
	if (pin == NULL || address.__sockaddr__ == NULL)
		return real_sendto()(fd, data, size, flags, address, length);
	return call_sendto(pin, fd, data, size, flags, address.__sockaddr__, length);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	const struct pin *pin = config_pin();
	if (pin == NULL)
		return real_sendmsg()(fd, message, flags);
	return call_sendmsg(pin, fd, message, flags);
}

EXPORT int sendmmsg(int fd, struct mmsghdr *vector, unsigned int count, int flags)
{
	const struct pin *pin = config_pin();
	if (pin == NULL)
		return real_sendmmsg()(fd, vector, count, flags);
	return call_sendmmsg(pin, fd, vector, count, flags);
}
