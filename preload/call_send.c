/* SPDX-License-Identifier: MIT */
/*
 * Sends datagrams that name a peer. As it was pinned at birth, a socket is right for nearly all of
 * them, so they go straight to the kernel. If the kernel refuses one, the socket may have moved to
 * the source of another peer (loopback, the other family). Then it is moved back and the datagram
 * is sent once more.
 *
 * The path of a usual datagram is short and straight, because after each system call the processor
 * has forgotten this code. Everything else is COLD: it lies elsewhere and takes no registers here.
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
#include "socket/pool.h"
#include "socket/refresh.h"
#include "socket/sys.h"

#define COLD __attribute__((cold, noinline))

/*
 * Does a source of the wrong kind give this: 127.0.0.1, a v4-mapped address, or ::1 held to lo? Or
 * an index that the interface no longer has (ENODEV)?
 */
static bool can_be_mended(int error)
{
	return error == EINVAL || error == EAFNOSUPPORT || error == ENETUNREACH || error == ENODEV;
}

/*
 * The sockets of this process whose datagrams need a look, in rising order. Until there is one of
 * them, datagrams pay nothing for it.
 */
enum sockets {
	SOCKETS_USUAL,
	/*
	 * A socket on the wildcard or on a group, under a pin that follows its interface: the
	 * kernel chooses its source, and once the interface has lost its addresses the kernel takes
	 * another interface's. Or a socket that is held to lo for a peer on this host: datagrams to
	 * others would end there, and no call would fail.
	 */
	SOCKETS_OPEN,
	SOCKETS_RECEIVED, /* one from another process, which may not be pinned */
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
	struct msghdr copy = *message; /* CMSG_NXTHDR does not take a const one */

	for (struct cmsghdr *at = CMSG_FIRSTHDR(&copy); at; at = CMSG_NXTHDR(&copy, at))
		if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS)
			note(SOCKETS_RECEIVED);
}

void call_note_open(const struct pin *pin, const struct verdict *verdict)
{
	const struct ip *ip = &verdict->source.ip;
	bool is_on_any = verdict->rebind && (ip_is_wildcard(ip) || ip_is_multicast(ip));
	bool is_on_lo = verdict->set_unicast && verdict->unicast == LOOPBACK_IFINDEX;
	if (is_on_lo || (pin->follows && is_on_any))
		note(SOCKETS_OPEN);
}

COLD static bool is_open(int fd)
{
	struct endpoint local;
	int unicast = 0;
	if (sys_get_number(fd, IPPROTO_IP, IP_UNICAST_IF, &unicast) == 0 &&
	    ntohl((uint32_t)unicast) == LOOPBACK_IFINDEX)
		return true;
	/* An IPv6 socket also takes an IPv4 peer, for which it has no address. */
	return sys_getsockname(fd, &local) == 0 &&
	       (local.family == AF_INET6 || ip_is_wildcard(&local.ip) ||
		ip_is_multicast(&local.ip));
}

/*
 * Prepares fd for a datagram to peer, or for the connect of MSG_FASTOPEN. Other sends on a stream
 * ignore the peer.
 */
static int prepare(const struct pin *pin, int fd, const struct endpoint *peer, int flags,
		   struct verdict *ret_verdict)
{
	struct facts facts;
	int r = facts_read(fd, pin, &facts);
	*ret_verdict = (struct verdict){0};
	if (r < 0) /* if fd is no socket of ours, the call itself says what is wrong */
		return facts_is_foreign(r) ? 0 : r;
	if (facts.type != SOCK_STREAM)
		return apply_verdict(fd, pin, &facts, PIN_SEND, peer, ret_verdict);
	if ((flags & MSG_FASTOPEN) == 0)
		return 0;
	r = apply_judgement(fd, pin, PIN_CONNECT, peer, ret_verdict);
	return r < 0 ? r : 0;
}

/* Will this send give the socket its port? Then -v and --log tell of the socket. */
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
	bool is_first = peer && is_news(pin, fd);
	int r = 0;
	if (!peer)
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
	if (is_first)
		say_call(pin, fd, EVENT_SEND, peer, EVENT_DONE);
	return sent;
}

/* Reads the peer. Returns 1 if the pin has to look at it, 0 if not, or -EFAULT. */
static int read_peer(const void *name, socklen_t length, struct endpoint *ret_peer)
{
	if (!name || length == 0 || length > sizeof(struct sockaddr_storage))
		return 0;
	if (!is_readable(name, length))
		return -EFAULT;
	return endpoint_read_peer(name, length, ret_peer) == 0;
}

/* The kernel cuts a longer name off here (copy_msghdr_from_user()); sendto(2) refuses it. */
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

/* Is it plain, and is that known without a system call? Nearly every datagram is. */
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

/* Must the pin look at the datagram before it goes? Returns 1, 0 or -EFAULT. */
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
	if (message->msg_controllen > 0 && message->msg_control)
		return is_readable(message->msg_control, message->msg_controllen) ? 1 : -EFAULT;
	return r > 0 && !is_plain(pin, fd, message->msg_name, message->msg_namelen, flags);
}

COLD static ssize_t sendmsg_judged(const struct pin *pin, int fd, const struct msghdr *message,
				   int flags)
{
	struct endpoint peer;
	struct pin chosen, fresh;
	const struct endpoint *to = read_message_peer(message, &peer) > 0 ? &peer : NULL;
	int r = pool_for(fd, &pin, NULL, PIN_SEND, to, &chosen);
	if (r < 0)
		return call_failed(r);
	ssize_t sent = send_judged(pin, fd, message, to, flags);
	int saved = errno;
	if (sent < 0 && pin_has_changed(pin, to, -saved, &fresh))
		return send_judged(&fresh, fd, message, to, flags);
	errno = saved;
	return sent;
}

/* Copies the name, so that no other thread changes it between the look and the send. */
COLD static ssize_t sendto_judged(const struct pin *pin, int fd, const void *data, size_t size,
				  int flags, const void *name, socklen_t length)
{
	struct sockaddr_storage copy;
	struct iovec part = {.iov_len = size};
	memcpy(&part.iov_base, &data, sizeof(data)); /* drops const: sendmsg(2) only reads */
	struct msghdr message = {
		.msg_name = memcpy(&copy, name, length),
		.msg_namelen = length,
		.msg_iov = &part,
		.msg_iovlen = 1,
	};
	return sendmsg_judged(pin, fd, &message, flags);
}

/* A datagram has just failed with errno. Can a look at its socket mend that? */
COLD static bool mends_sendto(const void *name, socklen_t length)
{
	struct endpoint peer;
	int saved = errno;
	bool can_mend = can_be_mended(saved) && read_peer(name, length, &peer) > 0;
	errno = saved;
	return can_mend;
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
	bool can_mend = can_be_mended(saved) && read_message_peer(message, &peer) > 0;
	errno = saved;
	return can_mend ? sendmsg_judged(pin, fd, message, flags) : -1;
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
