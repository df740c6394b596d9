/* SPDX-License-Identifier: MIT */
/*
 * System calls by number, through syscall(3), which is no cancellation point and takes no lock.
 * Where 32-bit x86 has these calls by number only from Linux 4.3 on, an older kernel says ENOSYS.
 */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a system call returned, with errno as it was before. */
static long result(long returned, int saved_errno)
{
	if (returned < 0)
		returned = -errno;
	errno = saved_errno;
	return returned;
}

int sys_socket(int domain, int type, int protocol)
{
	int saved = errno;
	return (int)result(syscall(SYS_socket, domain, type, protocol), saved);
}

int sys_bind(int fd, const struct endpoint *endpoint)
{
	struct sockaddr_storage address;
	socklen_t length = endpoint_write(endpoint, &address);
	int saved = errno;
	return (int)result(syscall(SYS_bind, fd, &address, length), saved);
}

int sys_disconnect(int fd)
{
	struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
	int saved = errno;
	return (int)result(syscall(SYS_connect, fd, &unspecified, sizeof(unspecified)), saved);
}

int sys_getpeername(int fd, struct endpoint *ret_endpoint)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	int saved = errno;
	int r = (int)result(syscall(SYS_getpeername, fd, &address, &length), saved);
	return r < 0 ? r : endpoint_read(&address, length, ret_endpoint);
}

int sys_is_connected(int fd)
{
	struct endpoint peer;
	int mtu;
	int r = sys_getpeername(fd, &peer);
	/* A peer without a port (of raw and ping sockets) shows by the route to it alone. */
	if (r == -ENOTCONN)
		r = sys_get_number(fd, IPPROTO_IP, IP_MTU, &mtu);
	if (r == -ENOPROTOOPT)
		r = sys_get_number(fd, IPPROTO_IPV6, IPV6_MTU, &mtu);
	if (r < 0)
		return r == -ENOTCONN ? 0 : r;
	return 1;
}

void sys_shut(int fd)
{
	int saved = errno;
	(void)result(syscall(SYS_shutdown, fd, SHUT_WR), saved); /* the last resort */
}

int sys_getsockname(int fd, struct endpoint *ret_endpoint)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	int saved = errno;
	int r = (int)result(syscall(SYS_getsockname, fd, &address, &length), saved);
	return r < 0 ? r : endpoint_read(&address, length, ret_endpoint);
}

int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	int saved = errno;
	return (int)result(syscall(SYS_setsockopt, fd, level, name, value, length), saved);
}

int sys_set_number(int fd, int level, int name, int value)
{
	return sys_setsockopt(fd, level, name, &value, sizeof(value));
}

int sys_get_number(int fd, int level, int name, int *ret_value)
{
	int value = 0;
	socklen_t length = sizeof(value);
	int saved = errno;
	int r = (int)result(syscall(SYS_getsockopt, fd, level, name, &value, &length), saved);
	if (r == 0)
		*ret_value = value;
	return r;
}

int sys_ioctl(int fd, unsigned long request, void *argument)
{
	int saved = errno;
	return (int)result(syscall(SYS_ioctl, fd, request, argument), saved);
}

int sys_open(const char *path, int flags)
{
	int saved = errno;
	return (int)result(syscall(SYS_openat, AT_FDCWD, path, flags), saved);
}

ssize_t sys_read(int fd, void *data, size_t length)
{
	int saved = errno;
	return result(syscall(SYS_read, fd, data, length), saved);
}

ssize_t sys_send(int fd, const void *data, size_t length)
{
	int saved = errno;
	return result(syscall(SYS_sendto, fd, data, length, 0, NULL, 0), saved);
}

ssize_t sys_receive(int fd, void *data, size_t length)
{
	int saved = errno;
	return result(syscall(SYS_recvfrom, fd, data, length, 0, NULL, NULL), saved);
}

ssize_t sys_write(int fd, const void *data, size_t length)
{
	int saved = errno;
	return result(syscall(SYS_write, fd, data, length), saved);
}

void sys_close(int fd)
{
	int saved = errno;
	(void)result(syscall(SYS_close, fd), saved); /* ours: nobody can do more about a failure */
}

unsigned int sys_random(void)
{
	unsigned int number = 0;
	int saved = errno;
	if (result(syscall(SYS_getrandom, &number, sizeof(number), 0), saved) < 0)
		number = (unsigned int)syscall(SYS_gettid); /* before Linux 3.17 */
	return number;
}
