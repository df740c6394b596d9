/* SPDX-License-Identifier: MIT */
/* Makes the system calls of a step as a program does, by libc. */
#include "real_step.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "witness.h"

int real_open(int family, enum model_kind kind)
{
	int icmp = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM, SOCK_RAW};
	int protocols[] = {0, 0, icmp, icmp};
	int fd = socket(family, types[kind] | SOCK_CLOEXEC | SOCK_NONBLOCK, protocols[kind]);
	int on = 1;
	if (fd >= 0 && kind == MODEL_STREAM)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* it has it */
	return fd < 0 ? -errno : fd;
}

bool real_is_established(int fd)
{
	struct tcp_info info = {.tcpi_state = 0};
	socklen_t length = sizeof(info);
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
	       (info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_CLOSE_WAIT);
}

void real_close(int fd)
{
	struct linger none = {.l_onoff = 1};
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)); /* of a stream */
	(void)close(fd);                                                  /* nothing to be done */
}

/* An echo request, or a plain text, with the tag at its end. */
static size_t fill(unsigned char *data, int family, enum model_kind kind, const char *tag)
{
	size_t head = 8;
	memset(data, 0, head);
	if (kind == MODEL_PING || kind == MODEL_RAW)
		data[0] = family == AF_INET ? 8 : 128;
	memcpy(data + head, tag, WITNESS_TAG_SIZE);
	return head + WITNESS_TAG_SIZE;
}

static int result(long r)
{
	if (r >= 0)
		return 0;
	return errno == EINPROGRESS ? 0 : -errno;
}

/* Of AF_UNSPEC a whole sockaddr_in, as programs give it. */
static socklen_t write_address(const struct endpoint *at, struct sockaddr_storage *address)
{
	struct endpoint as_v4 = *at;
	if (at->family != AF_UNSPEC)
		return endpoint_write(at, address);
	as_v4.family = AF_INET;
	socklen_t length = endpoint_write(&as_v4, address);
	address->ss_family = AF_UNSPEC;
	return length;
}

static int connect_for_good(int fd, enum model_kind kind, const struct sockaddr_storage *address,
			    socklen_t length)
{
	struct pollfd made = {.fd = fd, .events = POLLOUT};
	int r = result(connect(fd, (const struct sockaddr *)address, length));
	if (r < 0 || kind != MODEL_STREAM || address->ss_family == AF_UNSPEC)
		return r;
	/* A peer answers at once or never; a second call makes the socket SS_CONNECTED. */
	if (poll(&made, 1, 3) > 0)
		(void)connect(fd, (const struct sockaddr *)address, length);
	return r;
}

static int send_message(int fd, int family, enum model_kind kind, const struct step *step,
			const char *tag, int flags)
{
	_Alignas(struct cmsghdr) unsigned char control[128];
	unsigned char data[64];
	struct sockaddr_storage address;
	struct iovec part = {.iov_base = data, .iov_len = fill(data, family, kind, tag)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (step->has_peer) {
		message.msg_namelen = write_address(&step->at, &address);
		message.msg_name = &address;
	}
	message.msg_controllen = step_control(step, control, sizeof(control));
	message.msg_control = message.msg_controllen > 0 ? control : NULL;
	return result(sendmsg(fd, &message, flags | MSG_NOSIGNAL));
}

int real_step(int fd, int family, enum model_kind kind, const struct step *step, const char *tag)
{
	struct sockaddr_storage address;
	socklen_t length;
	switch (step->call) {
	case STEP_BIND:
		length = write_address(&step->at, &address);
		return result(bind(fd, (struct sockaddr *)&address, length));
	case STEP_CONNECT:
		length = write_address(&step->at, &address);
		return connect_for_good(fd, kind, &address, length);
	case STEP_LISTEN:
		return result(listen(fd, 1));
	case STEP_SENDTO:
	case STEP_SENDMSG:
	case STEP_SEND:
		return send_message(fd, family, kind, step, tag, 0);
	case STEP_FASTOPEN:
		return send_message(fd, family, kind, step, tag, MSG_FASTOPEN);
	case STEP_SETSOCKOPT:
		return result(setsockopt(fd, step->level, step->name, step->value, step->length));
	case STEP_SHUTDOWN:
		return result(shutdown(fd, SHUT_WR));
	}
	return -EINVAL;
}
