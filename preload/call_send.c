/* SPDX-License-Identifier: MIT */
/*
 * Datagrams with a peer of their own. A born-pinned socket is right for nearly all of them, so they
 * go straight to the kernel; where that fails because the socket had moved to another peer's
 * source (loopback, the other family), it is moved back and the datagram sent once more.
 */
#include "calls.h"

#include <errno.h>
#include <string.h>

#include "apply.h"
#include "control.h"
#include "readable.h"
#include "real.h"
#include "say.h"
#include "sys.h"

/* What a source of the wrong kind gives: 127.0.0.1, a v4-mapped address, ::1 held to lo. */
static bool can_be_mended(int error)
{
	return error == EINVAL || error == EAFNOSUPPORT || error == ENETUNREACH;
}

/* Prepares fd for a datagram, or for a MSG_FASTOPEN connect; other sends of a stream have no peer.
 */
static int prepare(const struct pin *pin, int fd, const struct endpoint *peer, int flags,
		   struct verdict *ret_verdict)
{
	struct facts facts;
	*ret_verdict = (struct verdict){0};
	if (facts_read(fd, pin, &facts) < 0)
		return 0; /* no socket of ours: the call itself says what is wrong */
	if (facts.type != SOCK_STREAM)
		return apply_verdict(fd, pin, &facts, pin_on_send, peer, ret_verdict);
	if ((flags & MSG_FASTOPEN) == 0)
		return 0;
	int r = apply_judgement(fd, pin, pin_on_connect, peer, ret_verdict);
	return r < 0 ? r : 0;
}

/* The address of an interface may have changed since: a pin that follows it looks first. */
static int mend(const struct pin *pin, int fd, const struct endpoint *peer, int flags)
{
	struct verdict verdict;
	struct pin fresh;
	if (pin->follows && pin_refresh(pin, &fresh) == 0)
		pin = &fresh;
	return prepare(pin, fd, peer, flags, &verdict);
}

/* With -v, a socket is told of when it takes its port. */
static bool is_news(const struct pin *pin, int fd)
{
	struct endpoint local;
	return pin_wants_events(pin) && sys_getsockname(fd, &local) == 0 && local.port == 0;
}

static ssize_t send_judged(const struct pin *pin, int fd, const struct msghdr *message,
			   const struct endpoint *peer, int flags)
{
	struct msghdr copy = *message;
	unsigned char control[CONTROL_SIZE];
	struct verdict verdict = {0};
	bool news = peer != NULL && is_news(pin, fd);
	int r = peer == NULL ? 0 : prepare(pin, fd, peer, flags, &verdict);

	enum reach reach = peer == NULL ? REACH_REMOTE : pin_reach(pin, &peer->ip);
	if (r == 0)
		r = control_prepare(pin, reach, verdict.override, &copy, control);
	if (r < 0) {
		say_call(pin, fd, EVENT_SEND, peer, EVENT_REFUSED);
		return call_failed(r);
	}
	ssize_t sent = real_sendmsg()(fd, &copy, flags);
	if (news)
		say_call(pin, fd, EVENT_SEND, peer, EVENT_DONE);
	return sent;
}

/* The peer of a message, if it has one that the pin has to look at. 1 yes, 0 no, or -EFAULT. */
static int read_peer(const void *pointer, socklen_t length, struct address *ret_address)
{
	if (pointer == NULL || length == 0)
		return 0;
	int r = address_read(pointer, length, ret_address);
	if (r == -EFAULT)
		return r;
	if (r == -EAFNOSUPPORT)
		r = endpoint_read_peer(&ret_address->bytes, length, &ret_address->endpoint);
	return r == 0;
}

ssize_t call_sendto(const struct pin *pin, int fd, const void *data, size_t size, int flags,
		    const struct sockaddr *pointer, socklen_t length)
{
	struct address peer;
	if (read_peer(pointer, length, &peer) <= 0)
		return real_sendto()(fd, data, size, flags, pointer, length);
	if ((flags & MSG_FASTOPEN) == 0 && pin_send_is_plain(pin, &peer.endpoint)) {
		ssize_t sent = real_sendto()(fd, data, size, flags, pointer, length);
		if (sent >= 0 || !can_be_mended(errno))
			return sent;
		int r = mend(pin, fd, &peer.endpoint, flags);
		if (r < 0)
			return call_failed(r);
		return real_sendto()(fd, data, size, flags, pointer, length);
	}
	struct iovec part = {.iov_len = size};
	memcpy(&part.iov_base, &data, sizeof(data)); /* sendmsg does not write there either */
	struct msghdr message = {
		.msg_name = &peer.bytes,
		.msg_namelen = peer.length,
		.msg_iov = &part,
		.msg_iovlen = 1,
	};
	return send_judged(pin, fd, &message, &peer.endpoint, flags);
}

/*
 * Can the message go as it is, in which case *ret_has_peer says whether a failure can be mended?
 * 1 yes, 0 no, or -EFAULT where the kernel is to say so.
 */
static int is_plain(const struct pin *pin, const struct msghdr *message, int flags,
		    struct address *ret_peer, bool *ret_has_peer)
{
	if (!is_readable(message, sizeof(*message)))
		return -EFAULT;
	/* A longer name is cut here, unlike sendto's (copy_msghdr_from_user() in the kernel). */
	socklen_t length = message->msg_namelen;
	if (length > sizeof(ret_peer->bytes))
		length = sizeof(ret_peer->bytes);
	int r = read_peer(message->msg_name, length, ret_peer);
	if (r < 0)
		return r;
	*ret_has_peer = r > 0;
	if (message->msg_controllen > 0 && message->msg_control != NULL)
		return is_readable(message->msg_control, message->msg_controllen) ? 0 : -EFAULT;
	if (!*ret_has_peer)
		return 1;
	return (flags & MSG_FASTOPEN) == 0 && pin_send_is_plain(pin, &ret_peer->endpoint);
}

ssize_t call_sendmsg(const struct pin *pin, int fd, const struct msghdr *message, int flags)
{
	struct address peer;
	bool has_peer = false;
	int plain = is_plain(pin, message, flags, &peer, &has_peer);
	if (plain == 0)
		return send_judged(pin, fd, message, has_peer ? &peer.endpoint : NULL, flags);
	ssize_t sent = real_sendmsg()(fd, message, flags);
	if (sent >= 0 || plain < 0 || !has_peer || !can_be_mended(errno))
		return sent;
	int r = mend(pin, fd, &peer.endpoint, flags);
	if (r < 0)
		return call_failed(r);
	return real_sendmsg()(fd, message, flags);
}

static bool all_plain(const struct pin *pin, const struct mmsghdr *vector, unsigned int count,
		      int flags)
{
	struct address peer;
	bool has_peer;
	for (unsigned int i = 0; i < count; i++)
		if (is_plain(pin, &vector[i].msg_hdr, flags, &peer, &has_peer) != 1)
			return false;
	return true;
}

int call_sendmmsg(const struct pin *pin, int fd, struct mmsghdr *vector, unsigned int count,
		  int flags)
{
	if (all_plain(pin, vector, count, flags)) {
		int sent = real_sendmmsg()(fd, vector, count, flags);
		if (sent >= 0 || !can_be_mended(errno))
			return sent;
	}
	for (unsigned int i = 0; i < count; i++) {
		if (!is_readable(&vector[i], sizeof(vector[i])))
			return i > 0 ? (int)i : call_failed(-EFAULT);
		ssize_t sent = call_sendmsg(pin, fd, &vector[i].msg_hdr, flags);
		if (sent < 0)
			return i > 0 ? (int)i : -1;
		vector[i].msg_len = (unsigned int)sent;
	}
	return (int)count;
}
