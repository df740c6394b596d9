/* SPDX-License-Identifier: MIT */
/*
 * The hooks of the functions on sockets. hooks_send.c has those that each datagram passes,
 * hooks_exec.c those that start programs, hooks_names.c the rest. Without a pin, each hook only
 * calls the real function.
 */
#include <sys/socket.h>

#include "calls.h"
#include "config.h"
#include "hook.h"
#include "real.h"

EXPORT int socket(int domain, int type, int protocol)
{
	const struct pin *pin = config_pin();
	if (!pin)
		return real_socket()(domain, type, protocol);
	return call_socket(pin, domain, type, protocol);
}

EXPORT int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	const struct pin *pin = config_pin();
	if (!pin)
		return real_bind()(fd, address, length);
	return call_bind(pin, fd, address.__sockaddr__, length);
}

EXPORT int listen(int fd, int backlog)
{
	const struct pin *pin = config_pin();
	if (!pin)
		return real_listen()(fd, backlog);
	return call_listen(pin, fd, backlog);
}

EXPORT int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	const struct pin *pin = config_pin();
	if (!pin)
		return real_connect()(fd, address, length);
	return call_connect(pin, fd, address.__sockaddr__, length);
}

EXPORT int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	const struct pin *pin = config_pin();
	if (!pin || !call_minds_setsockopt(pin, level, name))
		return real_setsockopt()(fd, level, name, value, length);
	return call_setsockopt(pin, fd, level, name, value, length);
}

EXPORT int getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
	const struct pin *pin = config_pin();
	if (!pin || !call_minds_getsockopt(level, name))
		return real_getsockopt()(fd, level, name, value, length);
	return call_getsockopt(pin, fd, level, name, value, length);
}
