/* SPDX-License-Identifier: MIT */
/*
 * Tries features and addresses instead of guessing from a version number or a list. The calls are
 * direct system calls: if another bindto runs this one, libc's names are hooked and would try the
 * outer pin.
 */
#include "resolve/probe.h"

#include <fcntl.h>
#include <glob.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "socket/birth.h"
#include "socket/outer.h"
#include "socket/sys.h"

static int scratch_socket(int family)
{
	return sys_socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

int probe_datagram(void)
{
	AUTO_CLOSE int fd = scratch_socket(AF_INET);

	return fd < 0 ? fd : 0;
}

bool probe_holds_mark(void)
{
	AUTO_CLOSE int fd = scratch_socket(AF_INET);
	int mark;

	return fd >= 0 && outer_ask() != OUTER_NONE &&
	       sys_get_number(fd, SOL_SOCKET, SO_MARK, &mark) == 0 &&
	       sys_set_number(fd, SOL_SOCKET, SO_MARK, mark) == 0;
}

int probe_address(const struct ip *ip, uint32_t scope)
{
	struct endpoint endpoint = {
		.ip = *ip,
		.family = ip_is_v4(ip) ? AF_INET : AF_INET6,
		.scope = scope,
	};
	AUTO_CLOSE int fd = scratch_socket(endpoint.family);

	if (fd < 0)
		return fd;
	/* A kernel before 4.2 does not know the option, and takes a free port for a moment. */
	(void)sys_set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	return sys_bind(fd, &endpoint);
}

int probe_free_address(const struct ip *ip)
{
	struct endpoint endpoint = {.ip = *ip, .family = ip_is_v4(ip) ? AF_INET : AF_INET6};
	struct endpoint here = {.ip = IP_V4_LOOPBACK, .family = AF_INET, .port = 9};
	AUTO_CLOSE int fd = scratch_socket(endpoint.family);

	if (fd < 0)
		return fd;
	int r = sys_set_number(fd, IPPROTO_IP, IP_FREEBIND, 1);
	if (r == 0)
		r = sys_bind(fd, &endpoint);
	/* The kernel looks for the source's route first (ip_route_output_key_hash_rcu()). */
	return r == 0 && ip_is_v4(ip) ? sys_connect(fd, &here) : r;
}

int probe_device(unsigned int ifindex)
{
	AUTO_CLOSE int fd = scratch_socket(AF_INET);

	if (fd < 0)
		return fd;
	return sys_set_number(fd, SOL_SOCKET, SO_BINDTOIFINDEX, (int)ifindex);
}

uint32_t probe_network(void)
{
	AUTO_CLOSE int fd = scratch_socket(AF_INET);

	return fd < 0 ? 0 : sys_network(fd);
}

bool probe_port_range(uint16_t low, uint16_t high)
{
	AUTO_CLOSE int fd = scratch_socket(AF_INET);

	return fd >= 0 && birth_confine_ports(fd, low, high) == 0;
}

int probe_settings(const struct pin_settings *settings, int domain, int type)
{
	AUTO_CLOSE int fd = sys_socket(domain, type | SOCK_CLOEXEC, 0);

	return fd < 0 ? 0 : birth_give_settings(fd, settings, domain, type);
}

bool probe_localnet(void)
{
	CLEANUP(globfree) glob_t files = {0};
	bool is_on = false;

	if (glob("/proc/sys/net/ipv4/conf/*/route_localnet", 0, NULL, &files) != 0)
		return false;
	for (size_t i = 0; i < files.gl_pathc && !is_on; i++) {
		AUTO_CLOSE int fd = open(files.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		char value = '0';

		is_on = fd >= 0 && read(fd, &value, 1) == 1 && value != '0';
	}
	return is_on;
}
