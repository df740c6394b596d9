/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: MODEL_FD is the program's socket; PROBE_FD is any other IPv4 or IPv6 socket, which
 * the code makes to find something out; NETLINK_FD and UNIX_FD answer what the host has.
 */
#include "socket/sys.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>

#include "model_real.h"
#include "socket/tuple.h"

enum { PROBE_FD = MODEL_FD + 1, NETLINK_FD, UNIX_FD };

struct model_socket model_current;
bool model_is_open;
enum model_call model_calls[MODEL_CALLS_MAX];
unsigned int model_call_count;
static struct model_failure failing;
static struct model_socket probe;

void model_sys_begin(const struct model_failure *failure)
{
	failing = failure != NULL ? *failure : (struct model_failure){.at = UINT32_MAX};
	model_call_count = 0;
	model_packet_count = 0;
}

/* Notes the call. Returns 0, or -errno if it must fail. */
int model_sys_enter(enum model_call call)
{
	unsigned int number = model_call_count++;
	if (number < MODEL_CALLS_MAX)
		model_calls[number] = call;
	bool fails = failing.goes_on ? number >= failing.at : number == failing.at;
	return fails ? -failing.error : 0;
}

struct model_socket *model_sys_find(int fd)
{
	if (fd == MODEL_FD && model_is_open)
		return &model_current;
	return fd == PROBE_FD ? &probe : NULL;
}

/* A socket keeps its number. */
uint64_t sys_cookie(int fd)
{
	return fd == MODEL_FD ? 5 : 1;
}

int sys_socket(int domain, int type, int protocol)
{
	int r = model_sys_enter(domain == AF_INET || domain == AF_INET6 ? MODEL_CALL_SOCKET
									: MODEL_CALL_OTHER);
	(void)protocol;
	if (r < 0)
		return r;
	if (domain == AF_NETLINK)
		return NETLINK_FD;
	if (domain == AF_UNIX)
		return UNIX_FD;
	bool is_stream = (type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) == SOCK_STREAM;
	(void)model_socket(&probe, domain, is_stream ? MODEL_STREAM : MODEL_DGRAM);
	return PROBE_FD;
}

/* A taken port: the kernel has set the address by then, and drops it (__inet_bind()). */
static int bind_in_use(struct model_socket *socket, const struct endpoint *endpoint, int error)
{
	struct model_socket copy = *socket;
	bool takes = endpoint->port != 0 || !socket->is_portless || socket->kind == MODEL_PING;
	if (error != -EADDRINUSE)
		return error;
	int r = model_bind(&copy, endpoint);
	if (r < 0)
		return r;
	if (socket->kind == MODEL_RAW || !takes) {
		*socket = copy; /* has no port that could be taken */
		return 0;
	}
	if (socket->kind != MODEL_PING)
		model_forget_address(socket);
	return error;
}

int sys_bind(int fd, const struct endpoint *endpoint)
{
	struct model_socket *socket = model_sys_find(fd);
	int r = model_sys_enter(MODEL_CALL_BIND);
	if (socket == NULL)
		return -EBADF;
	return r < 0 ? bind_in_use(socket, endpoint, r) : model_bind(socket, endpoint);
}

int sys_listen(int fd)
{
	struct model_socket *socket = model_sys_find(fd);
	int r = model_sys_enter(MODEL_CALL_OTHER);
	if (socket == NULL)
		return -EBADF;
	return r < 0 ? r : model_listen(socket);
}

int sys_disconnect(int fd)
{
	struct model_socket *socket = model_sys_find(fd);
	int r = model_sys_enter(MODEL_CALL_CONNECT);
	if (socket == NULL)
		return -EBADF;
	if (r == 0)
		model_disconnect(socket);
	return r;
}

int sys_getpeername(int fd, struct endpoint *ret_endpoint)
{
	struct model_socket *socket = model_sys_find(fd);
	int r = model_sys_enter(MODEL_CALL_GET);
	if (r < 0)
		return r;
	return socket == NULL ? -EBADF : model_getpeername(socket, ret_endpoint);
}

int sys_is_connected(int fd)
{
	const struct model_socket *socket = model_sys_find(fd);
	struct endpoint peer;
	int r = sys_getpeername(fd, &peer);
	if (r != -ENOTCONN)
		return r < 0 ? r : 1;
	/* IP_MTU shows a peer without a port. */
	r = model_sys_enter(MODEL_CALL_GET);
	return r < 0 ? r : socket != NULL && socket->has_route;
}

int sys_getsockname(int fd, struct endpoint *ret_endpoint)
{
	struct model_socket *socket = model_sys_find(fd);
	int r = model_sys_enter(MODEL_CALL_GET);
	if (socket == NULL)
		return fd == NETLINK_FD || fd == UNIX_FD ? -EAFNOSUPPORT : -EBADF;
	if (r == 0)
		model_getsockname(socket, ret_endpoint);
	return r;
}

int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	struct model_socket *socket = model_sys_find(fd);
	int r = model_sys_enter(MODEL_CALL_SET);
	if (socket == NULL)
		return -EBADF;
	return r < 0 ? r : model_setsockopt(socket, level, name, value, length);
}

int sys_set_number(int fd, int level, int name, int value)
{
	return sys_setsockopt(fd, level, name, &value, sizeof(value));
}

int sys_get_number(int fd, int level, int name, int *ret_value)
{
	struct model_socket *socket = model_sys_find(fd);
	int value = 0;
	int r = model_sys_enter(MODEL_CALL_GET);
	if (socket == NULL)
		return -EBADF;
	if (r == 0)
		r = model_getsockopt(socket, level, name, &value);
	if (r == 0)
		*ret_value = value;
	return r;
}

/* Never fails, because nothing could be done then. */
void sys_shut(int fd)
{
	struct model_socket *socket = model_sys_find(fd);
	if (socket != NULL)
		(void)model_shutdown(socket);
}

uint32_t sys_network(int fd)
{
	(void)fd;
	return 0;
}

int sys_ioctl(int fd, unsigned long request, void *argument)
{
	static const char *const names[] = {"", "lo", "eth0", "wlan0"};
	struct ifreq *interface = argument;
	int r = model_sys_enter(MODEL_CALL_OTHER);
	if (r == 0 && fd == MODEL_FD && request == TIOCOUTQ) { /* nothing waits for more */
		memset(argument, 0, sizeof(int));
		return 0;
	}
	if (r < 0 || fd != UNIX_FD || request != SIOCGIFINDEX)
		return r < 0 ? r : -ENOTTY;
	for (int i = HOST_LO; i < HOST_DEVICES; i++)
		if (strcmp(interface->ifr_name, names[i]) == 0) {
			interface->ifr_ifindex = i;
			return 0;
		}
	return -ENODEV;
}

int sys_open(const char *path, int flags)
{
	(void)path;
	(void)flags;
	return -ENOENT;
}

ssize_t sys_write(int fd, const void *data, size_t length)
{
	(void)fd;
	(void)data;
	return (ssize_t)length;
}

ssize_t sys_send(int fd, const void *data, size_t length)
{
	int r = model_sys_enter(MODEL_CALL_OTHER);
	(void)data;
	return r < 0 || fd != NETLINK_FD ? (r < 0 ? r : -EBADF) : (ssize_t)length;
}

static size_t add_address(uint8_t *data, const struct ip *ip, unsigned int device)
{
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg body;
		struct rtattr attribute;
		uint8_t bytes[16];
	} message;
	bool v4 = ip_is_v4(ip);
	size_t size = v4 ? 4 : 16;
	memset(&message, 0, sizeof(message));
	message.header.nlmsg_type = RTM_NEWADDR;
	message.header.nlmsg_len = (uint32_t)(sizeof(message) - 16 + size);
	message.body.ifa_family = v4 ? AF_INET : AF_INET6;
	message.body.ifa_index = device;
	message.body.ifa_scope = device == HOST_LO             ? RT_SCOPE_HOST
				 : !v4 && ip->bytes[0] == 0xfe ? RT_SCOPE_LINK
							       : RT_SCOPE_UNIVERSE;
	message.attribute.rta_type = IFA_LOCAL;
	message.attribute.rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(message.bytes, ip->bytes + 16 - size, size);
	memcpy(data, &message, message.header.nlmsg_len);
	return NLMSG_ALIGN(message.header.nlmsg_len);
}

/* The dump of addresses in one piece, kept until the addresses change. */
static size_t write_dump(uint8_t *data)
{
	struct nlmsghdr done = {.nlmsg_len = sizeof(done), .nlmsg_type = NLMSG_DONE};
	unsigned int device;
	struct ip ip;
	size_t at = 0;
	for (size_t i = 0; host_address_at(i, &ip, &device); i++)
		at += add_address(data + at, &ip, device);
	for (device = HOST_ETH0; device < HOST_DEVICES; device++)
		if (device != HOST_WLAN0 || !host.has_lost_wlan0)
			at += add_address(data + at, &host.link_local[device], device);
	memcpy(data + at, &done, sizeof(done));
	return at + sizeof(done);
}

ssize_t sys_receive(int fd, void *data, size_t length)
{
	static uint8_t dumps[2][4096];
	static size_t sizes[2];
	size_t which = host.has_lost_wlan0;
	int r = model_sys_enter(MODEL_CALL_OTHER);
	if (r < 0 || fd != NETLINK_FD)
		return r < 0 ? r : -EBADF;
	if (sizes[which] == 0)
		sizes[which] = write_dump(dumps[which]);
	if (length < sizes[which])
		return -EINVAL;
	memcpy(data, dumps[which], sizes[which]);
	return (ssize_t)sizes[which];
}

void sys_close(int fd)
{
	if (fd == MODEL_FD)
		model_is_open = false;
}

unsigned int sys_random(void)
{
	return 0;
}

/* The host has no connection but the program's. */
int tuple_open(void)
{
	return -EPROTONOSUPPORT;
}

bool tuple_is_taken(int diag, const struct endpoint *local, const struct endpoint *peer,
		    unsigned int device)
{
	(void)diag;
	(void)local;
	(void)peer;
	(void)device;
	return false;
}

int tuple_source(const struct endpoint *peer, struct endpoint *ret_local)
{
	(void)peer;
	(void)ret_local;
	return -ENETUNREACH;
}
