/* SPDX-License-Identifier: MIT */
/*
 * Datagrams with a peer of their own. A born-pinned socket is right for nearly all of them, so they
 * go straight to the kernel; where that fails because the socket had moved to another peer's
 * source (loopback, the other family), it is moved back and the datagram sent once more.
 *
 * The usual datagram's way is short and straight: behind each system call the processor has
 * forgotten what it knew of it. All else is COLD, and takes no room and no register there.
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

#define COLD __attribute__((cold, noinline))

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

/* With -v, a socket is told of when it takes its port. */
static bool is_news(const struct pin *pin, int fd)
{
	struct endpoint local;
	return pin_wants_events(pin) && sys_getsockname(fd, &local) == 0 && local.port == 0;
}

COLD static ssize_t send_judged(const struct pin *pin, int fd, const struct msghdr *message,
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

/* The peer that name is, if it is one that the pin has to look at. 1 yes, 0 no, or -EFAULT. */
static int read_peer(const void *name, socklen_t length, struct endpoint *ret_peer)
{
	if (name == NULL || length == 0 || length > sizeof(struct sockaddr_storage))
		return 0;
	if (!is_readable(name, length))
		return -EFAULT;
	return endpoint_read_peer(name, length, ret_peer) == 0;
}

/* A longer name is cut here, unlike sendto's (copy_msghdr_from_user() in the kernel). */
static int read_message_peer(const struct msghdr *message, struct endpoint *ret_peer)
{
	if (!is_readable(message, sizeof(*message)))
		return -EFAULT;
	socklen_t length = message->msg_namelen;
	if (length > sizeof(struct sockaddr_storage))
		length = sizeof(struct sockaddr_storage);
	return read_peer(message->msg_name, length, ret_peer);
}

static bool is_plain(const struct pin *pin, const void *name, socklen_t length, int flags)
{
	return (flags & MSG_FASTOPEN) == 0 && pin_send_is_plain(pin, name, length);
}

/* Is it plain by what is known already? Nearly every datagram is. */
static bool is_usual(const struct pin *pin, const void *name, socklen_t length, int flags)
{
	return is_known_readable(name, length) && is_plain(pin, name, length, flags);
}

static bool is_usual_message(const struct pin *pin, const struct msghdr *message, int flags)
{
	return is_known_readable(message, sizeof(*message)) && message->msg_controllen == 0 &&
	       (message->msg_namelen == 0 ||
		is_usual(pin, message->msg_name, message->msg_namelen, flags));
}

/* Does the pin have to look at the datagram before it goes? 1 yes, 0 no, or -EFAULT. */
COLD static int judges_sendto(const struct pin *pin, const void *name, socklen_t length, int flags)
{
	struct endpoint peer;
	int r = read_peer(name, length, &peer);
	return r <= 0 ? r : !is_plain(pin, name, length, flags);
}

COLD static int judges_sendmsg(const struct pin *pin, const struct msghdr *message, int flags)
{
	struct endpoint peer;
	int r = read_message_peer(message, &peer);
	if (r < 0)
		return r;
	if (message->msg_controllen > 0 && message->msg_control != NULL)
		return is_readable(message->msg_control, message->msg_controllen) ? 1 : -EFAULT;
	return r > 0 && !is_plain(pin, message->msg_name, message->msg_namelen, flags);
}

COLD static ssize_t sendmsg_judged(const struct pin *pin, int fd, const struct msghdr *message,
				   int flags)
{
	struct endpoint peer;
	bool has_peer = read_message_peer(message, &peer) > 0;
	return send_judged(pin, fd, message, has_peer ? &peer : NULL, flags);
}

/* With a copy of the name, which no other thread changes. */
COLD static ssize_t sendto_judged(const struct pin *pin, int fd, const void *data, size_t size,
				  int flags, const void *name, socklen_t length)
{
	struct sockaddr_storage copy;
	struct iovec part = {.iov_len = size};
	memcpy(&part.iov_base, &data, sizeof(data)); /* sendmsg does not write there either */
	struct msghdr message = {
		.msg_name = memcpy(&copy, name, length),
		.msg_namelen = length,
		.msg_iov = &part,
		.msg_iovlen = 1,
	};
	return sendmsg_judged(pin, fd, &message, flags);
}

/*
 * A datagram has failed, as errno says. Returns 0 where it is to be sent once more, else -errno.
 * The address of an interface may have changed since: a pin that follows it looks first.
 */
static int mend(const struct pin *pin, int fd, const struct endpoint *peer, int flags)
{
	struct verdict verdict;
	struct pin fresh;
	if (pin->follows && pin_refresh(pin, &fresh) == 0)
		pin = &fresh;
	return prepare(pin, fd, peer, flags, &verdict);
}

COLD static int mend_sendto(const struct pin *pin, int fd, const void *name, socklen_t length,
			    int flags)
{
	struct endpoint peer;
	if (!can_be_mended(errno) || read_peer(name, length, &peer) <= 0)
		return -errno;
	return mend(pin, fd, &peer, flags);
}

COLD static int mend_sendmsg(const struct pin *pin, int fd, const struct msghdr *message, int flags)
{
	struct endpoint peer;
	if (!can_be_mended(errno) || read_message_peer(message, &peer) <= 0)
		return -errno;
	return mend(pin, fd, &peer, flags);
}

ssize_t call_sendto(const struct pin *pin, int fd, const void *data, size_t size, int flags,
		    const struct sockaddr *name, socklen_t length)
{
	if (!is_usual(pin, name, length, flags) && judges_sendto(pin, name, length, flags) > 0)
		return sendto_judged(pin, fd, data, size, flags, name, length);
	ssize_t sent = real_sendto()(fd, data, size, flags, name, length);
	if (sent >= 0)
		return sent;
	int r = mend_sendto(pin, fd, name, length, flags);
	return r < 0 ? call_failed(r) : real_sendto()(fd, data, size, flags, name, length);
}

ssize_t call_sendmsg(const struct pin *pin, int fd, const struct msghdr *message, int flags)
{
	if (!is_usual_message(pin, message, flags) && judges_sendmsg(pin, message, flags) > 0)
		return sendmsg_judged(pin, fd, message, flags);
	ssize_t sent = real_sendmsg()(fd, message, flags);
	if (sent >= 0)
		return sent;
	int r = mend_sendmsg(pin, fd, message, flags);
	return r < 0 ? call_failed(r) : real_sendmsg()(fd, message, flags);
}

static bool all_plain(const struct pin *pin, const struct mmsghdr *vector, unsigned int count,
		      int flags)
{
	for (unsigned int i = 0; i < count; i++)
		if (!is_usual_message(pin, &vector[i].msg_hdr, flags) &&
		    judges_sendmsg(pin, &vector[i].msg_hdr, flags) != 0)
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
