/* SPDX-License-Identifier: MIT */
/*
 * Datagrams with a peer of their own. A born-pinned socket is right for nearly all of them, so they
 * go straight to the kernel; if that fails because the socket had moved to another peer's
 * source (loopback, the other family), it is moved back and the datagram sent once more.
 *
 * The usual datagram's way is short and straight: behind each system call the processor has
 * forgotten what it knew of it. All else is COLD, and takes no room and no register there.
 */
#include "calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>

#include "pin/control.h"
#include "pin/hold.h"
#include "readable.h"
#include "real.h"
#include "say.h"
#include "socket/apply.h"
#include "socket/facts.h"
#include "socket/refresh.h"
#include "socket/sys.h"

#define COLD __attribute__((cold, noinline))

/* What a source of the wrong kind gives: 127.0.0.1, a v4-mapped address, ::1 held to lo. */
static bool can_be_mended(int error)
{
	return error == EINVAL || error == EAFNOSUPPORT || error == ENETUNREACH;
}

/*
 * Which sockets this process may have whose datagrams are not plain. A process that has none of
 * these pays nothing for them.
 */
enum sockets {
	SOCKETS_USUAL,
	/*
	 * One on the wildcard, or on a group, of a pin that follows its interface: from there the
	 * kernel chooses the source, and once the interface has lost its addresses it chooses
	 * another's. Or one that is held to lo for a peer on this host: without a look its
	 * datagrams would end there, and nothing would fail.
	 */
	SOCKETS_OPEN,
	SOCKETS_RECEIVED, /* from a process that may not be pinned */
};

static _Atomic(enum sockets) sockets;

static void note(enum sockets what)
{
	enum sockets known = atomic_load_explicit(&sockets, memory_order_relaxed);

	while (known < what && !atomic_compare_exchange_weak(&sockets, &known, what))
		;
}

void call_note_received(const struct msghdr *message)
{
	struct msghdr copy = *message; /* CMSG_NXTHDR wants one that can be written to */

	for (struct cmsghdr *at = CMSG_FIRSTHDR(&copy); at != NULL; at = CMSG_NXTHDR(&copy, at))
		if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS)
			note(SOCKETS_RECEIVED);
}

void call_note_open(const struct pin *pin, const struct verdict *verdict)
{
	const struct ip *ip = &verdict->source.ip;
	bool opens = verdict->rebind && (ip_is_wildcard(ip) || ip_is_multicast(ip));
	bool is_on_lo = verdict->set_unicast && verdict->unicast == LOOPBACK_IFINDEX;
	if (is_on_lo || (pin->follows && opens))
		note(SOCKETS_OPEN);
}

COLD static bool is_open(int fd)
{
	struct endpoint local;
	int unicast = 0;
	if (sys_get_number(fd, IPPROTO_IP, IP_UNICAST_IF, &unicast) == 0 &&
	    ntohl((uint32_t)unicast) == LOOPBACK_IFINDEX)
		return true;
	/* An IPv6 socket takes a name of IPv4's, for which it is bound to nothing. */
	return sys_getsockname(fd, &local) == 0 &&
	       (local.family == AF_INET6 || ip_is_wildcard(&local.ip) ||
		ip_is_multicast(&local.ip));
}

/*
 * Prepares fd for a datagram, or for a MSG_FASTOPEN connect; other sends of a stream have no peer.
 */
static int prepare(const struct pin *pin, int fd, const struct endpoint *peer, int flags,
		   struct verdict *ret_verdict)
{
	struct facts facts;
	int r = facts_read(fd, pin, &facts);
	*ret_verdict = (struct verdict){0};
	if (r < 0) /* of what is no socket of ours the call itself says what is wrong */
		return facts_is_foreign(r) ? 0 : r;
	if (facts.type != SOCK_STREAM)
		return apply_verdict(fd, pin, &facts, PIN_SEND, peer, ret_verdict);
	if ((flags & MSG_FASTOPEN) == 0)
		return 0;
	r = apply_judgement(fd, pin, PIN_CONNECT, peer, ret_verdict);
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
	int r = 0;
	if (peer == NULL)
		r = apply_reach(fd, pin, message, &verdict.reach);
	else
		r = prepare(pin, fd, peer, flags, &verdict);

	if (r == 0)
		r = control_prepare(pin, &verdict, &copy, control);
	call_note_open(pin, &verdict);
	if (r < 0) {
		say_call(pin, fd, EVENT_SEND, peer, EVENT_REFUSED);
		return call_failed(r);
	}
	if (verdict.drops_name)
		copy.msg_namelen = 0;
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

static bool is_plain(const struct pin *pin, int fd, const void *name, socklen_t length, int flags)
{
	enum sockets known = atomic_load_explicit(&sockets, memory_order_relaxed);
	return known != SOCKETS_RECEIVED && (flags & MSG_FASTOPEN) == 0 &&
	       pin_send_needs_no_facts(pin, name, length) &&
	       (known == SOCKETS_USUAL || !is_open(fd));
}

/* Is it plain by what is known already? Nearly every datagram is. */
static bool is_usual(const struct pin *pin, int fd, const void *name, socklen_t length, int flags)
{
	return is_known_readable(name, length) && is_plain(pin, fd, name, length, flags);
}

static bool is_usual_message(const struct pin *pin, int fd, const struct msghdr *message, int flags)
{
	return is_known_readable(message, sizeof(*message)) && message->msg_controllen == 0 &&
	       (message->msg_namelen == 0 ||
		is_usual(pin, fd, message->msg_name, message->msg_namelen, flags));
}

/* Does the pin have to look at the datagram before it goes? 1 yes, 0 no, or -EFAULT. */
COLD static int judges_sendto(const struct pin *pin, int fd, const void *name, socklen_t length,
			      int flags)
{
	struct endpoint peer;
	int r = read_peer(name, length, &peer);
	return r <= 0 ? r : !is_plain(pin, fd, name, length, flags);
}

COLD static int judges_sendmsg(const struct pin *pin, int fd, const struct msghdr *message,
			       int flags)
{
	struct endpoint peer;
	int r = read_message_peer(message, &peer);
	if (r < 0)
		return r;
	if (message->msg_controllen > 0 && message->msg_control != NULL)
		return is_readable(message->msg_control, message->msg_controllen) ? 1 : -EFAULT;
	return r > 0 && !is_plain(pin, fd, message->msg_name, message->msg_namelen, flags);
}

COLD static ssize_t sendmsg_judged(const struct pin *pin, int fd, const struct msghdr *message,
				   int flags)
{
	struct endpoint peer;
	struct pin fresh;
	const struct endpoint *to = read_message_peer(message, &peer) > 0 ? &peer : NULL;
	ssize_t sent = send_judged(pin, fd, message, to, flags);
	int saved = errno;
	if (sent < 0 && pin_has_changed(pin, to, -saved, &fresh))
		return send_judged(&fresh, fd, message, to, flags);
	errno = saved;
	return sent;
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

/* A datagram has failed, as errno says: is it to be looked at, and sent once more? */
COLD static bool mends_sendto(const void *name, socklen_t length)
{
	struct endpoint peer;
	int saved = errno;
	bool mends = can_be_mended(saved) && read_peer(name, length, &peer) > 0;
	errno = saved;
	return mends;
}

COLD static ssize_t mend_sendto(const struct pin *pin, int fd, const void *data, size_t size,
				int flags, const void *name, socklen_t length)
{
	if (!mends_sendto(name, length))
		return -1;
	return sendto_judged(pin, fd, data, size, flags, name, length);
}

COLD static ssize_t mend_sendmsg(const struct pin *pin, int fd, const struct msghdr *message,
				 int flags)
{
	struct endpoint peer;
	int saved = errno;
	bool mends = can_be_mended(saved) && read_message_peer(message, &peer) > 0;
	errno = saved;
	return mends ? sendmsg_judged(pin, fd, message, flags) : -1;
}

ssize_t call_sendto(const struct pin *pin, int fd, const void *data, size_t size, int flags,
		    const struct sockaddr *name, socklen_t length)
{
	if (!is_usual(pin, fd, name, length, flags) &&
	    judges_sendto(pin, fd, name, length, flags) > 0)
		return sendto_judged(pin, fd, data, size, flags, name, length);
	ssize_t sent = real_sendto()(fd, data, size, flags, name, length);
	return sent >= 0 ? sent : mend_sendto(pin, fd, data, size, flags, name, length);
}

ssize_t call_sendmsg(const struct pin *pin, int fd, const struct msghdr *message, int flags)
{
	if (!is_usual_message(pin, fd, message, flags) &&
	    judges_sendmsg(pin, fd, message, flags) > 0)
		return sendmsg_judged(pin, fd, message, flags);
	ssize_t sent = real_sendmsg()(fd, message, flags);
	return sent >= 0 ? sent : mend_sendmsg(pin, fd, message, flags);
}

static bool all_plain(const struct pin *pin, int fd, const struct mmsghdr *vector,
		      unsigned int count, int flags)
{
	for (unsigned int i = 0; i < count; i++)
		if (!is_usual_message(pin, fd, &vector[i].msg_hdr, flags) &&
		    judges_sendmsg(pin, fd, &vector[i].msg_hdr, flags) != 0)
			return false;
	return true;
}

int call_sendmmsg(const struct pin *pin, int fd, struct mmsghdr *vector, unsigned int count,
		  int flags)
{
	if (all_plain(pin, fd, vector, count, flags)) {
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
