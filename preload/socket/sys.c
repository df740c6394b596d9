/* SPDX-License-Identifier: MIT */
/*
 * Each function makes one system call by its number, through sys_raw(), which is no cancellation
 * point, takes no lock and leaves errno alone. On 32-bit x86 the numbers of these socket calls
 * exist since Linux 4.3; an older kernel says ENOSYS.
 */
#include "socket/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/syscall.h>

#include "socket/sys_raw.h"

int sys_socket(int domain, int type, int protocol)
{
	return (int)sys_raw(SYS_socket, domain, type, protocol, 0, 0, 0);
}

int sys_bind(int fd, const struct endpoint *endpoint)
{
	struct sockaddr_storage address;
	socklen_t length = endpoint_write(endpoint, &address);
	return (int)sys_raw(SYS_bind, fd, (long)&address, (long)length, 0, 0, 0);
}

int sys_listen(int fd)
{
	return (int)sys_raw(SYS_listen, fd, 0, 0, 0, 0, 0);
}

int sys_connect(int fd, const struct endpoint *endpoint)
{
	struct sockaddr_storage address;
	socklen_t length = endpoint_write(endpoint, &address);
	return (int)sys_raw(SYS_connect, fd, (long)&address, (long)length, 0, 0, 0);
}

int sys_disconnect(int fd)
{
	struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
	long length = sizeof(unspecified);
	return (int)sys_raw(SYS_connect, fd, (long)&unspecified, length, 0, 0, 0);
}

/* number is that of getsockname(2) or getpeername(2). */
static int get_name(long number, int fd, struct endpoint *ret_endpoint)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	int r = (int)sys_raw(number, fd, (long)&address, (long)&length, 0, 0, 0);
	return r < 0 ? r : endpoint_read(&address, length, ret_endpoint);
}

int sys_getpeername(int fd, struct endpoint *ret_endpoint)
{
	return get_name(SYS_getpeername, fd, ret_endpoint);
}

int sys_is_connected(int fd)
{
	struct endpoint peer;
	int mtu;
	int r = sys_getpeername(fd, &peer);
	/* If the peer has no port (raw and ping sockets), only the route to it shows (fact 27). */
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
	(void)sys_raw(SYS_shutdown, fd, SHUT_WR, 0, 0, 0, 0); /* there is nothing else to try */
}

int sys_getsockname(int fd, struct endpoint *ret_endpoint)
{
	return get_name(SYS_getsockname, fd, ret_endpoint);
}

int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	return (int)sys_raw(SYS_setsockopt, fd, level, name, (long)value, (long)length, 0);
}

int sys_set_number(int fd, int level, int name, int value)
{
	return sys_setsockopt(fd, level, name, &value, sizeof(value));
}

static int get_option(int fd, int level, int name, void *value, socklen_t length)
{
	return (int)sys_raw(SYS_getsockopt, fd, level, name, (long)value, (long)&length, 0);
}

int sys_get_number(int fd, int level, int name, int *ret_value)
{
	int value = 0;
	int r = get_option(fd, level, name, &value, sizeof(value));
	if (r == 0)
		*ret_value = value;
	return r;
}

uint64_t sys_cookie(int fd)
{
	uint64_t cookie = 0;
	return get_option(fd, SOL_SOCKET, SO_COOKIE, &cookie, sizeof(cookie)) == 0 ? cookie : 0;
}

uint32_t sys_network(int fd)
{
	uint64_t cookie = 0;
	(void)get_option(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie,
			 sizeof(cookie)); /* or it stays 0 */
	return (uint32_t)cookie;
}

int sys_ioctl(int fd, unsigned long request, void *argument)
{
	return (int)sys_raw(SYS_ioctl, fd, (long)request, (long)argument, 0, 0, 0);
}

int sys_open(const char *path, int flags)
{
	return (int)sys_raw(SYS_openat, AT_FDCWD, (long)path, flags, 0, 0, 0);
}

ssize_t sys_read(int fd, void *data, size_t length)
{
	return sys_raw(SYS_read, fd, (long)data, (long)length, 0, 0, 0);
}

ssize_t sys_send(int fd, const void *data, size_t length)
{
	return sys_raw(SYS_sendto, fd, (long)data, (long)length, 0, 0, 0);
}

ssize_t sys_receive(int fd, void *data, size_t length)
{
	return sys_raw(SYS_recvfrom, fd, (long)data, (long)length, 0, 0, 0);
}

ssize_t sys_write(int fd, const void *data, size_t length)
{
	return sys_raw(SYS_write, fd, (long)data, (long)length, 0, 0, 0);
}

void sys_close(int fd)
{
	(void)sys_raw(SYS_close, fd, 0, 0, 0, 0, 0); /* nobody can act on a failure */
}

unsigned int sys_random(void)
{
	unsigned int number = 0;
	if (sys_raw(SYS_getrandom, (long)&number, sizeof(number), 0, 0, 0, 0) < 0)
		number = (unsigned int)sys_raw(SYS_gettid, 0, 0, 0, 0, 0, 0); /* before 3.17 */
	return number;
}
