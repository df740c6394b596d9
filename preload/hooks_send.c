/* SPDX-License-Identifier: MIT */
/* The hooks that each datagram passes, compiled for speed (preload/CMakeLists.txt). */
#include <sys/socket.h>

#include "calls.h"
#include "config.h"
#include "hook.h"
#include "real.h"

EXPORT ssize_t sendto(int fd, const void *data, size_t size, int flags,
		      __CONST_SOCKADDR_ARG address, socklen_t length)
{
	const struct pin *pin = config_pin();
	if (!pin || !address.__sockaddr__)
		return real_sendto()(fd, data, size, flags, address, length);
	return call_sendto(pin, fd, data, size, flags, address.__sockaddr__, length);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	const struct pin *pin = config_pin();
	if (!pin)
		return real_sendmsg()(fd, message, flags);
	return call_sendmsg(pin, fd, message, flags);
}

EXPORT int sendmmsg(int fd, struct mmsghdr *vector, unsigned int count, int flags)
{
	const struct pin *pin = config_pin();
	if (!pin)
		return real_sendmmsg()(fd, vector, count, flags);
	return call_sendmmsg(pin, fd, vector, count, flags);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t received = real_recvmsg()(fd, message, flags);
	if (received >= 0 && message->msg_controllen > 0 && config_pin())
		call_note_received(message);
	return received;
}

EXPORT int recvmmsg(int fd, struct mmsghdr *vector, unsigned int count, int flags,
		    struct timespec *limit)
{
	int received = real_recvmmsg()(fd, vector, count, flags, limit);
	for (int i = 0; i < received && config_pin(); i++)
		if (vector[i].msg_hdr.msg_controllen > 0)
			call_note_received(&vector[i].msg_hdr);
	return received;
}
