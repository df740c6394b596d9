/* SPDX-License-Identifier: MIT */
/* The functions by which preload/ calls libc, real_socket() and so on, on the model. */
#include "real.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "config.h"
#include "model_real.h"

/* What libc does with an errno. */
static int returned(int r)
{
	if (r >= 0)
		return r;
	errno = -r;
	return -1;
}

static int kind_of(int type, int protocol, enum model_kind *ret_kind)
{
	switch (type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) {
	case SOCK_STREAM:
		*ret_kind = MODEL_STREAM;
		return 0;
	case SOCK_DGRAM:
		*ret_kind = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6 ? MODEL_PING
										   : MODEL_DGRAM;
		return 0;
	case SOCK_RAW:
		*ret_kind = MODEL_RAW;
		return 0;
	default:
		return -ESOCKTNOSUPPORT;
	}
}

int model_real_socket(int domain, int type, int protocol)
{
	enum model_kind kind;
	int r = model_sys_enter(MODEL_CALL_SOCKET);
	if (r == 0)
		r = kind_of(type, protocol, &kind);
	if (r == 0)
		r = model_socket(&model_current, domain, kind);
	if (r < 0)
		return returned(r);
	model_is_open = true;
	return MODEL_FD;
}

static int read_address(const void *address, socklen_t length, struct endpoint *ret_endpoint)
{
	struct sockaddr_in v4;
	sa_family_t family;
	if (length < sizeof(family))
		return -EINVAL;
	memcpy(&family, address, sizeof(family));
	if (family == AF_UNSPEC) {
		memset(&v4, 0, sizeof(v4));
		memcpy(&v4, address, length < sizeof(v4) ? length : sizeof(v4));
		*ret_endpoint = (struct endpoint){.ip = host_ip(ntohl(v4.sin_addr.s_addr)),
						  .port = ntohs(v4.sin_port)};
		return 0;
	}
	return endpoint_read(address, length, ret_endpoint);
}

int model_real_bind(int fd, const void *address, socklen_t length)
{
	struct endpoint at;
	struct model_socket *socket = model_sys_find(fd);
	int r = read_address(address, length, &at);
	if (r == 0)
		r = model_sys_enter(MODEL_CALL_BIND);
	if (r == 0)
		r = socket == NULL ? -EBADF : model_bind(socket, &at);
	return returned(r);
}

int model_real_connect(int fd, const void *address, socklen_t length)
{
	struct endpoint at;
	struct model_socket *socket = model_sys_find(fd);
	int r = read_address(address, length, &at);
	if (r == 0)
		r = model_sys_enter(MODEL_CALL_CONNECT);
	if (r == 0)
		r = socket == NULL ? -EBADF : model_connect(socket, &at);
	return returned(r);
}

int model_real_listen(int fd)
{
	struct model_socket *socket = model_sys_find(fd);
	int r = model_sys_enter(MODEL_CALL_CONNECT);
	if (r == 0)
		r = socket == NULL ? -EBADF : model_listen(socket);
	return returned(r);
}

/* One message that names a source or a device counts. */
static bool read_control(const struct msghdr *message, struct model_control *ret_control)
{
	struct model_control control = {.source = IP_V6_WILDCARD};
	struct msghdr copy = *message;
	bool any = false;
	if (message->msg_controllen == 0 || message->msg_control == NULL)
		return false;
	for (struct cmsghdr *at = CMSG_FIRSTHDR(&copy); at != NULL; at = CMSG_NXTHDR(&copy, at)) {
		struct in_pktinfo v4;
		struct in6_pktinfo v6;
		if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO) {
			memcpy(&v4, CMSG_DATA(at), sizeof(v4));
			control.has_v4 = true;
			control.source = host_ip(ntohl(v4.ipi_spec_dst.s_addr));
			if (v4.ipi_ifindex != 0)
				control.device = (unsigned int)v4.ipi_ifindex;
		} else if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_PKTINFO) {
			memcpy(&v6, CMSG_DATA(at), sizeof(v6));
			control.has_v6 = true;
			memcpy(&control.source, &v6.ipi6_addr, sizeof(control.source));
			if (v6.ipi6_ifindex != 0)
				control.device = v6.ipi6_ifindex;
		} else {
			continue;
		}
		any = true;
	}
	*ret_control = control;
	return any;
}

ssize_t model_real_sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct model_control control;
	struct endpoint peer;
	struct model_socket *socket = model_sys_find(fd);
	bool has_peer = message->msg_name != NULL && message->msg_namelen > 0;
	int r = has_peer ? read_address(message->msg_name, message->msg_namelen, &peer) : 0;
	if (r == 0)
		r = model_sys_enter(MODEL_CALL_SEND);
	if (r == 0)
		r = socket == NULL
			    ? -EBADF
			    : model_send(socket, has_peer ? &peer : NULL,
					 read_control(message, &control) ? &control : NULL, flags);
	return r < 0 ? returned(r) : 1;
}

static ssize_t fake_sendto(int fd, const void *data, size_t size, int flags,
			   __CONST_SOCKADDR_ARG address, socklen_t length)
{
	struct sockaddr_storage copy;
	struct msghdr message = {.msg_name = &copy, .msg_namelen = length};
	(void)data;
	(void)size;
	if (address.__sockaddr__ == NULL)
		message.msg_namelen = 0;
	else
		memcpy(&copy, address.__sockaddr__, length < sizeof(copy) ? length : sizeof(copy));
	return model_real_sendmsg(fd, &message, flags);
}

static int fake_sendmmsg(int fd, struct mmsghdr *vector, unsigned int count, int flags)
{
	for (unsigned int i = 0; i < count; i++)
		if (model_real_sendmsg(fd, &vector[i].msg_hdr, flags) < 0)
			return i == 0 ? -1 : (int)i;
	return (int)count;
}

int model_real_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	struct model_socket *socket = model_sys_find(fd);
	int r = model_sys_enter(MODEL_CALL_SET);
	if (r == 0)
		r = socket == NULL ? -EBADF : model_setsockopt(socket, level, name, value, length);
	return returned(r);
}

static int fake_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
	int number = 0;
	struct model_socket *socket = model_sys_find(fd);
	int r = model_sys_enter(MODEL_CALL_GET);
	if (r == 0)
		r = socket == NULL ? -EBADF : model_getsockopt(socket, level, name, &number);
	if (r == 0) {
		if (*length > sizeof(number))
			*length = sizeof(number);
		memcpy(value, &number, *length);
	}
	return returned(r);
}

static int fake_listen(int fd, int backlog)
{
	(void)backlog;
	return model_real_listen(fd);
}

static int fake_bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	return model_real_bind(fd, address.__sockaddr__, length);
}

static int fake_connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	return model_real_connect(fd, address.__sockaddr__, length);
}

/* A function as the object pointer that dlsym(3) gives. */
#define AS_SYMBOL(function) (*(void **)&(__typeof__(&(function))){function})

void *real_at(enum real index)
{
	switch ((int)index) {
	case REAL_socket:
		return AS_SYMBOL(model_real_socket);
	case REAL_bind:
		return AS_SYMBOL(fake_bind);
	case REAL_listen:
		return AS_SYMBOL(fake_listen);
	case REAL_connect:
		return AS_SYMBOL(fake_connect);
	case REAL_sendto:
		return AS_SYMBOL(fake_sendto);
	case REAL_sendmsg:
		return AS_SYMBOL(model_real_sendmsg);
	case REAL_sendmmsg:
		return AS_SYMBOL(fake_sendmmsg);
	case REAL_setsockopt:
		return AS_SYMBOL(model_real_setsockopt);
	case REAL_getsockopt:
		return AS_SYMBOL(fake_getsockopt);
	default:
		return NULL; /* starts no programs */
	}
}

bool config_is_hidden(const struct pin *pin)
{
	return pin->carried.looks == LOOK_NEVER;
}
