/* SPDX-License-Identifier: MIT */
/*
 * sendto(2) with a peer of its own: the socket is made ready for it, and the kernel sends. Only one
 * that has to go by way of lo (fact 7: an IP_PKTINFO message) is sent here.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply.h"
#include "cleanup.h"
#include "control.h"
#include "remote.h"
#include "rights.h"
#include "supervise.h"

/* One datagram from the caller, through this host. It waits for nothing: lo takes it or drops it.
 */
static struct answer send_over_loopback(const struct pin *pin, const struct call *call, int fd,
					struct remote_address *peer)
{
	static unsigned char data[65536]; /* no datagram is longer, and one at a time is sent */
	_Alignas(struct cmsghdr) unsigned char control[CONTROL_SIZE];
	size_t size = (size_t)call->arguments[2];
	struct iovec part = {.iov_base = data, .iov_len = size};
	struct msghdr message = {
		.msg_name = &peer->bytes,
		.msg_namelen = peer->length,
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = control_add_loopback(control, 0, &pin->v4.ip),
	};

	if (size > sizeof(data))
		return answer_error(-EMSGSIZE);
	int r = remote_read(call->notice, call->arguments[1], data, size);
	if (r < 0)
		return answer_error(r);
	int flags = (int)call->arguments[3] | MSG_DONTWAIT | MSG_NOSIGNAL;
	ssize_t sent = syscall(SYS_sendmsg, fd, &message, flags);
	if (sent < 0)
		return answer_error(-errno);
	return (struct answer){.value = sent};
}

static struct answer send_to(const struct pin *pin, const struct call *call, int fd,
			     const struct facts *facts, struct remote_address *peer)
{
	bool opens = (call->arguments[3] & MSG_FASTOPEN) != 0;
	struct verdict verdict = {0};
	int r;

	if (facts->type == SOCK_STREAM && !opens)
		return answer_error(NOTIFY_CONTINUE); /* a stream has no peer of this kind */
	int narrowed = rights_narrow(call->notice);
	if (narrowed < 0)
		return answer_error(narrowed);
	r = apply_verdict(fd, pin, facts, facts->type == SOCK_STREAM ? pin_on_connect : pin_on_send,
			  &peer->endpoint, &verdict);
	if (narrowed)
		rights_widen();
	if (r < 0)
		return answer_error(r);
	if (verdict.override)
		return send_over_loopback(pin, call, fd, peer);
	return answer_error(NOTIFY_CONTINUE);
}

struct answer supervise_sendto(const struct pin *pin, const struct call *call)
{
	struct remote_address peer;
	struct facts facts;

	if (call->arguments[4] == 0 || (socklen_t)call->arguments[5] == 0)
		return answer_error(NOTIFY_CONTINUE);
	AUTO_CLOSE int fd = -1;
	int r = supervise_open(pin, call, &fd, &facts);
	if (r == 0)
		r = supervise_read_address(call, call->arguments[4], call->arguments[5], &peer);
	if (r != 0)
		return answer_error(r);
	if (peer.result < 0)
		return answer_error(NOTIFY_CONTINUE); /* the kernel refuses it */
	return send_to(pin, call, fd, &facts, &peer);
}
