/* SPDX-License-Identifier: MIT */
/*
 * The calls of a sequence; see walk.h. Sockets do not block, so that no step takes long. For a
 * connection the step waits a little, in a call that bindto does not trap.
 */
#include "walk.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the tests' network every host answers at once, or never. */
enum { CONNECT_WAIT = 40, CONTROL_SIZE = 64, ICMP_HEADER = 8 };

/* What a send step sends, with room for its control message. */
struct message {
	struct msghdr header;
	struct iovec data;
	struct walk_address to;
	char bytes[WALK_PAYLOAD];
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE];
};

static int make(struct walk *walk, const struct walk_step *step)
{
	const char *family = step->words[1], *type = step->words[2];
	struct walk_socket *made = &walk->sockets[walk->made];
	int protocol = 0;

	if (walk->made == WALK_SOCKETS || family == NULL || type == NULL) {
		errno = EBADMSG;
		return -1;
	}
	walk->made++;
	made->family = family[0] == '6' ? AF_INET6 : AF_INET;
	made->type = type[0] == 't' ? SOCK_STREAM : type[0] == 'r' ? SOCK_RAW : SOCK_DGRAM;
	made->is_ping = type[0] == 'i' || type[0] == 'r';
	if (made->is_ping)
		protocol = made->family == AF_INET6 ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP;
	made->fd = way_socket(made->family, made->type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	return made->fd < 0 ? -1 : 0;
}

int walk_wait_connected(int fd, int result)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	int error = 0;
	socklen_t length = sizeof(error);

	if (result >= 0 || errno != EINPROGRESS)
		return result;
	if (poll(&wait, 1, CONNECT_WAIT) != 1) {
		errno = EINPROGRESS;
		return -1;
	}
	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	errno = error;
	return error != 0 ? -1 : 0;
}

static int with_address(const struct walk_step *step)
{
	struct walk_address address;
	const struct sockaddr *given = (const struct sockaddr *)&address.address;
	int fd = step->socket->fd;

	if (step->words[1] == NULL || walk_address(step->words[1], step->words[2], &address) < 0)
		return -1;
	if (step->words[0][0] == 'b')
		return way_bind(fd, given, address.length);
	return walk_wait_connected(fd, way_connect(fd, given, address.length));
}

static int disconnect(int fd)
{
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};

	return way_connect(fd, &nobody, sizeof(nobody));
}

static void fill(struct message *message, const struct walk *walk, const struct walk_socket *socket)
{
	size_t header = socket->is_ping ? ICMP_HEADER : 0;

	memset(message, 0, sizeof(*message));
	if (socket->is_ping)
		message->bytes[0] =
			socket->family == AF_INET6 ? (char)ICMP6_ECHO_REQUEST : ICMP_ECHO;
	snprintf(message->bytes + header, sizeof(message->bytes) - header, "%s", walk->name);
	message->data.iov_base = message->bytes;
	message->data.iov_len = header + strlen(walk->name);
	message->header.msg_iov = &message->data;
	message->header.msg_iovlen = 1;
}

static int address_message(struct message *message, const char *address, const char *port)
{
	if (address == NULL || walk_address(address, port, &message->to) < 0)
		return -1;
	message->header.msg_name = &message->to.address;
	message->header.msg_namelen = message->to.length;
	return 0;
}

static void put_control(struct message *message, int level, int type, const void *data, size_t size)
{
	struct cmsghdr *control = (struct cmsghdr *)message->control;

	control->cmsg_level = level;
	control->cmsg_type = type;
	control->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(control), data, size);
	message->header.msg_control = control;
	message->header.msg_controllen = CMSG_SPACE(size);
}

/* "pi=ADDRESS[%DEVICE]": a control message that names a source and a device. */
static int choose_source(struct message *message, const char *text)
{
	char address[64];
	const char *device = strchr(text, '%');
	struct walk_address source;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct in_pktinfo info = {.ipi_ifindex = 0};
	struct in6_pktinfo info6 = {.ipi6_ifindex = 0};

	snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, "%"), text);
	if (walk_address(address, NULL, &source) < 0)
		return -1;
	info6.ipi6_ifindex = device != NULL ? walk_index(device + 1) : 0;
	info.ipi_ifindex = (int)info6.ipi6_ifindex;
	if (source.address.ss_family == AF_INET) {
		memcpy(&v4, &source.address, sizeof(v4));
		info.ipi_spec_dst = v4.sin_addr;
		put_control(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	} else {
		memcpy(&v6, &source.address, sizeof(v6));
		info6.ipi6_addr = v6.sin6_addr;
		put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, &info6, sizeof(info6));
	}
	return 0;
}

/* The words after the address: "fo" for a Fast Open, "pi=..." for a control message. */
static int read_rest(struct message *message, char *const *words, int *flags)
{
	*flags = MSG_NOSIGNAL;
	for (; *words != NULL; words++) {
		if (strcmp(*words, "fo") == 0)
			*flags |= MSG_FASTOPEN;
		else if (strcmp(*words, "dr") == 0)
			*flags |= MSG_DONTROUTE;
		else if (strncmp(*words, "pi=", 3) != 0 || choose_source(message, *words + 3) < 0)
			return -1;
	}
	return 0;
}

/* "mm ADDRESS PORT [ADDRESS PORT]": two datagrams in one call. The first one decides the result. */
static int send_two(const struct walk *walk, const struct walk_step *step)
{
	struct message first, second;
	char *const *words = step->words;
	bool twice = words[3] != NULL && words[4] != NULL;

	fill(&first, walk, step->socket);
	fill(&second, walk, step->socket);
	if (address_message(&first, words[1], words[2]) < 0 ||
	    address_message(&second, twice ? words[3] : words[1], twice ? words[4] : words[2]) < 0)
		return -1;
	struct mmsghdr both[] = {{.msg_hdr = first.header}, {.msg_hdr = second.header}};
	return way_sendmmsg(step->socket->fd, both, 2, MSG_NOSIGNAL);
}

static int send_one(const struct walk *walk, const struct walk_step *step)
{
	struct message message;
	char *const *words = step->words;
	bool to = words[0][1] == 't' || (words[0][1] == 'm' && words[1] != NULL);
	int fd = step->socket->fd, flags;
	ssize_t sent;

	fill(&message, walk, step->socket);
	if (to && address_message(&message, words[1], words[2]) < 0)
		return -1;
	if (read_rest(&message, words + (!to ? 1 : words[2] == NULL ? 2 : 3), &flags) < 0) {
		errno = EBADMSG;
		return -1;
	}
	if (words[0][1] == 'm')
		sent = way_sendmsg(fd, &message.header, flags);
	else if (words[0][1] == 't')
		sent = way_sendto(fd, message.bytes, message.data.iov_len, flags,
				  message.header.msg_name, message.header.msg_namelen);
	else
		sent = send(fd, message.bytes, message.data.iov_len, flags);
	return walk_wait_connected(fd, sent < 0 ? -1 : 0);
}

static int duplicate(struct walk_socket *socket)
{
	int copy = dup(socket->fd);

	if (copy < 0)
		return -1;
	(void)close(socket->fd);
	socket->fd = copy;
	return 0;
}

int walk_call(struct walk *walk, const struct walk_step *step)
{
	const char *call = step->words[0];
	int fd = step->socket->fd;

	if (strcmp(call, "s") == 0)
		return make(walk, step);
	if (strcmp(call, "b") == 0 || strcmp(call, "c") == 0)
		return with_address(step);
	if (strcmp(call, "cu") == 0)
		return disconnect(fd);
	if (strcmp(call, "st") == 0 || strcmp(call, "sm") == 0 || strcmp(call, "sd") == 0)
		return send_one(walk, step);
	if (strcmp(call, "mm") == 0)
		return send_two(walk, step);
	if (strcmp(call, "wr") == 0)
		return (int)write(fd, walk->name, strlen(walk->name));
	if (strcmp(call, "l") == 0)
		return way_listen(fd, 8);
	if (strcmp(call, "sh") == 0)
		return shutdown(fd, SHUT_WR);
	if (strcmp(call, "dup") == 0)
		return duplicate(step->socket);
	if (strcmp(call, "nd") == 0)
		return way_forbid();
	if (strcmp(call, "o") == 0)
		return walk_option(step);
	errno = EBADMSG;
	return -1;
}
