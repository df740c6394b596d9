/* SPDX-License-Identifier: MIT */
/*
 * sendto(2), sendmsg(2) and sendmmsg(2): a message is copied, judged as the library does, and sent
 * from here, so that nobody changes its peer or its control messages between the look and the call.
 * A stream's messages name no peer that counts unless MSG_FASTOPEN makes one a connect: the kernel
 * sends them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "pin/control.h"
#include "socket/apply.h"
#include "socket/facts.h"
#include "socket/refresh.h"
#include "socket/sys.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/dns.h"
#include "supervise/events.h"
#include "supervise/message.h"
#include "supervise/own_addresses.h"
#include "supervise/rights.h"
#include "supervise/sealing.h"
#include "supervise/waiting.h"

/* One at a time is sent. */
static unsigned char data[MESSAGE_DATA_MAX];
static struct message_view view;

/* What is sent, to whom and on what. */
struct sending {
	const struct pin *pin;
	const struct call *call;
	struct facts facts;
	struct caller_address peer; /* length 0: none */
	struct msghdr message;
	int fd, flags;
};

/*
 * Without a copy the kernel would send what is in data by then. If the socket wants none
 * (SO_ZEROCOPY) it ignores the flag; else programs have to do with ENOBUFS.
 */
static int give_up_zero_copy(struct sending *sending)
{
	int is_wanted = 0;

	if (!(sending->flags & MSG_ZEROCOPY))
		return 0;
	sending->flags &= ~MSG_ZEROCOPY;
	(void)sys_get_number(sending->fd, SOL_SOCKET, SO_ZEROCOPY, &is_wanted);
	return is_wanted ? -ENOBUFS : 0;
}

static bool has_peer(const struct sending *sending)
{
	return sending->peer.length > 0 && sending->peer.result == 0;
}

/* Makes the socket ready for the peer, and the control messages those of the pin. */
static int prepare(struct sending *sending, const struct pin *pin)
{
	static unsigned char copy[CONTROL_SIZE];
	const struct endpoint *peer = &sending->peer.endpoint;
	struct verdict verdict = {0};
	int r = 0;

	if (!has_peer(sending)) {
		r = apply_reach(sending->fd, pin, &sending->message, &verdict.reach);
	} else {
		bool is_stream = sending->facts.type == SOCK_STREAM;

		r = apply_verdict(sending->fd, pin, &sending->facts,
				  is_stream ? PIN_CONNECT : PIN_SEND, peer, &verdict);
	}
	if (verdict.drops_name)
		sending->message.msg_namelen = 0;
	return r < 0 ? r : control_prepare(pin, &verdict, &sending->message, copy);
}

static ssize_t send_once(const struct sending *sending)
{
	int flags = sending->flags | MSG_DONTWAIT | MSG_NOSIGNAL;
	ssize_t sent = syscall(SYS_sendmsg, sending->fd, &sending->message, flags);

	return sent < 0 ? -errno : sent;
}

/*
 * EAGAIN of a socket that could send is no full buffer (no port is free), unless it got room now.
 */
static ssize_t send_prepared(const struct sending *sending)
{
	struct pollfd room = {.fd = sending->fd, .events = POLLOUT};
	ssize_t sent = send_once(sending);

	if (sent == -EAGAIN && poll(&room, 1, 0) > 0)
		sent = send_once(sending);
	return sent;
}

/* As in the library: of one that is refused, or takes its port by it. */
static void tell(const struct sending *sending, bool is_refused)
{
	if (has_peer(sending) && (is_refused || sending->facts.local.port == 0))
		events_tell(sending->pin, sending->call->notice, sending->fd, EVENT_SEND,
			    &sending->peer.endpoint, is_refused ? EVENT_REFUSED : EVENT_DONE);
}

static ssize_t send_under(struct sending *sending, const struct pin *pin,
			  const struct msghdr *message, bool *ret_is_refused)
{
	sending->message = *message;
	int r = prepare(sending, pin);
	*ret_is_refused = r < 0;
	return r < 0 ? r : send_prepared(sending);
}

/* With the caller's rights. */
static ssize_t send_narrowed(struct sending *sending)
{
	const struct notice *notice = sending->call->notice;
	const struct msghdr message = sending->message;
	const struct endpoint *to = has_peer(sending) ? &sending->peer.endpoint : NULL;
	struct pin fresh;
	ssize_t sent = rights_narrow(notice);
	bool is_refused = sent < 0;

	if (sent == 0)
		do {
			sent = send_under(sending, sending->pin, &message, &is_refused);
			if (sent < 0 && pin_has_changed(sending->pin, to, (int)sent, &fresh) &&
			    facts_read(sending->fd, &fresh, &sending->facts) == 0)
				sent = send_under(sending, &fresh, &message, &is_refused);
		} while (rights_allow(notice, (int)sent) &&
			 (sent = facts_read(sending->fd, sending->pin, &sending->facts)) == 0);
	rights_widen();
	tell(sending, is_refused);
	return sent;
}

static int read_peer(struct sending *sending)
{
	sending->peer.length = 0;
	if (view.name_length == 0)
		return 0;
	return supervise_glance_peer(sending->call, view.name, view.name_length, &sending->peer);
}

/* Sends size bytes of view from an offset on. Returns how many, or -errno. */
static ssize_t send_part(struct sending *sending, size_t offset, size_t size)
{
	static _Alignas(struct cmsghdr) unsigned char control[MESSAGE_CONTROL_MAX];
	struct iovec part = {.iov_base = data, .iov_len = size};
	size_t control_length;
	int r = message_read_control(sending->call, &view, control, &control_length);

	if (r == 0)
		r = message_read_data(sending->call, &view, offset, data, size);
	if (r == 0 && sending->peer.length > 0)
		r = dns_redirect(sending->pin, sending->call, &sending->fd, &sending->facts,
				 &sending->peer, dns_query(data, size));
	if (r < 0)
		return r;
	sending->message = (struct msghdr){
		.msg_name = sending->peer.length > 0 ? &sending->peer.bytes : NULL,
		.msg_namelen = sending->peer.length,
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control_length > 0 ? control : NULL,
		.msg_controllen = control_length,
	};
	return send_narrowed(sending);
}

static ssize_t send_datagram(struct sending *sending)
{
	int r = read_peer(sending);

	if (r == 0 && view.size > sizeof(data))
		r = -EMSGSIZE;
	return r < 0 ? r : send_part(sending, 0, view.size);
}

static bool may_wait(const struct sending *sending)
{
	int flags = fcntl(sending->fd, F_GETFL);

	return !(sending->flags & MSG_DONTWAIT) && flags >= 0 && !(flags & O_NONBLOCK);
}

static struct answer answer_datagram(struct sending *sending, ssize_t sent)
{
	struct pollfd room = {.fd = sending->fd, .events = POLLOUT};

	if (sent == -EAGAIN && may_wait(sending) && poll(&room, 1, 0) == 0)
		return waiting_start(sending->call, &sending->fd, POLLOUT);
	if (sent < 0)
		return answer_error((int)sent);
	return (struct answer){.value = sent};
}

/* The next of a stream's data; the first opens the connection. */
static ssize_t send_next(struct sending *sending, struct progress *progress)
{
	size_t size = view.size - progress->done;

	sending->peer.length = 0;
	if (progress->is_opened) {
		sending->flags &= ~MSG_FASTOPEN;
	} else {
		int r = read_peer(sending);
		if (r < 0)
			return r;
	}
	ssize_t sent =
		send_part(sending, progress->done, size < sizeof(data) ? size : sizeof(data));
	if (sent >= 0) {
		progress->is_opened = true;
		progress->done += (size_t)sent;
	}
	return sent;
}

/* A stream that is opened by its first data, as a socket that waits sends all of it. */
static struct answer open_stream(struct sending *sending)
{
	struct call call = *sending->call;
	struct progress *progress = &call.progress;
	bool waits = may_wait(sending);
	ssize_t sent;

	do
		sent = send_next(sending, progress);
	while (sent > 0 && waits && progress->done < view.size);
	if (sent == -EINPROGRESS && waits) {
		progress->is_opened = true;
		sent = -EAGAIN;
	}
	if (sent == -EAGAIN && waits && progress->is_opened)
		return waiting_start(&call, &sending->fd, POLLOUT);
	if (sent < 0 && progress->done == 0) {
		if (sent == -EPIPE && !(sending->flags & MSG_NOSIGNAL))
			(void)syscall(SYS_tkill, call.notice->thread, SIGPIPE); /* if it is there */
		return answer_error((int)sent);
	}
	return (struct answer){.value = (int64_t)progress->done};
}

/*
 * The descriptor and what it is. Whether they are the caller's is known when all of the message has
 * been read (message_read_data()).
 */
static int glance(struct sending *sending)
{
	const struct notice *notice = sending->call->notice;

	sending->fd = caller_descriptor(notice, (int)sending->call->arguments[0]);
	if (sending->fd < 0)
		return sending->fd;
	own_addresses_refresh();
	return supervise_facts(sending->pin, sending->fd, &sending->facts);
}

typedef bool lets_pass(const struct pin *pin, const struct call *call);

/* Under -i, one to 127.0.0.1 would leave by the interface (fact 35). */
static bool lets_send(const struct pin *pin, const struct call *call)
{
	bool may_be_loopback =
		pin->ifindex != 0 && supervise_may_be_ip((socklen_t)call->arguments[5]);

	return !may_be_loopback && sealing_lets_send(pin);
}

static bool lets_message(const struct pin *pin, const struct call *call)
{
	(void)call;
	return sealing_lets_message(pin);
}

/*
 * The query for both addresses of a name, by the resolver of glibc, which no library sees: two
 * messages without a control message. Under the default engine it passes unseen, or a process that
 * may not be looked into would have no name lookups. (A program could imitate it to get out; but
 * then it could jump to the gate as well.)
 */
static bool lets_lookup(const struct pin *pin, const struct call *call)
{
	bool is_lookup = pin->gated && (uint32_t)call->arguments[2] == 2 &&
			 (uint32_t)call->arguments[3] == MSG_NOSIGNAL;

	return is_lookup ? sealing_lets_send(pin) : sealing_lets_message(pin);
}

/*
 * Opens the socket of the call, or lets it pass if it may go unseen. Returns 0, or what is to be
 * answered: most often the kernel's.
 */
static int open_sending(struct sending *sending, lets_pass *lets)
{
	int r = glance(sending);

	bool opens = (sending->flags & MSG_FASTOPEN) != 0; /* a connect in disguise */
	if (r == -EPERM && lets(sending->pin, sending->call) &&
	    (!opens || sealing_lets_connect(sending->pin)))
		return NOTIFY_CONTINUE;
	if (r == 0 && sending->facts.type == SOCK_STREAM && !(sending->flags & MSG_FASTOPEN))
		return NOTIFY_CONTINUE;
	return r == 0 ? give_up_zero_copy(sending) : r;
}

static void cleanup_sending(struct sending *sending)
{
	cleanup_close(&sending->fd);
}

static struct answer send_view(struct sending *sending)
{
	if (sending->facts.type == SOCK_STREAM)
		return open_stream(sending);
	return answer_datagram(sending, send_datagram(sending));
}

struct answer supervise_sendto(const struct pin *pin, const struct call *call)
{
	CLEANUP(cleanup_sending)
	struct sending sending = {
		.pin = pin, .call = call, .fd = -1, .flags = (int)call->arguments[3]};
	if (call->arguments[4] == 0 || (socklen_t)call->arguments[5] == 0)
		return answer_error(NOTIFY_CONTINUE); /* it names no peer */
	int r = open_sending(&sending, lets_send);
	if (r != 0)
		return answer_error(r);
	message_view_of(call->arguments[1], (size_t)call->arguments[2], call->arguments[4],
			(socklen_t)call->arguments[5], &view);
	return send_view(&sending);
}

struct answer supervise_sendmsg(const struct pin *pin, const struct call *call)
{
	CLEANUP(cleanup_sending)
	struct sending sending = {
		.pin = pin, .call = call, .fd = -1, .flags = (int)call->arguments[2]};
	int r = open_sending(&sending, lets_message);

	if (r == 0)
		r = message_read(call, call->arguments[1], &view);
	return r != 0 ? answer_error(r) : send_view(&sending);
}

/* As many as go without waiting; it waits for the first only. */
struct answer supervise_sendmmsg(const struct pin *pin, const struct call *call)
{
	CLEANUP(cleanup_sending)
	struct sending sending = {
		.pin = pin, .call = call, .fd = -1, .flags = (int)call->arguments[3]};
	size_t count = (uint32_t)call->arguments[2];
	size_t sent = 0;
	int r = open_sending(&sending, lets_lookup);

	if (r == 0 && sending.facts.type == SOCK_STREAM)
		r = -EOPNOTSUPP; /* as if tcp_fastopen were switched off */
	if (r != 0)
		return answer_error(r);
	for (; sent < count && sent < MESSAGE_PARTS_MAX; sent++) {
		uint64_t at = message_at(call, call->arguments[1], sent);
		ssize_t size = message_read(call, at, &view);

		if (size == 0 && sent > 0) /* the last one may have moved the socket */
			size = facts_read(sending.fd, pin, &sending.facts);
		if (size == 0)
			size = send_datagram(&sending);
		if (size >= 0)
			size = message_write_length(call, at, (uint32_t)size);
		if (size < 0 && sent == 0)
			return answer_datagram(&sending, size);
		if (size < 0)
			break;
	}
	return (struct answer){.value = (int64_t)sent};
}
