/* SPDX-License-Identifier: MIT */
/*
 * Copies a message, judges it as the library does, and sends the copy. So no other thread of the
 * program can change the peer or the control messages between the look and the send. The supervisor
 * never waits in a send: what would wait goes to waiting.c.
 */
#include "supervise/sending.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pin/control.h"
#include "socket/apply.h"
#include "socket/facts.h"
#include "socket/pool.h"
#include "socket/refresh.h"
#include "supervise/dns.h"
#include "supervise/events.h"
#include "supervise/rights.h"
#include "supervise/waiting.h"

static bool has_peer(const struct sending *sending)
{
	return sending->peer.length > 0 && sending->peer.result == 0;
}

/* Makes the socket ready for the peer, and the control messages those of the pin. */
static int prepare(struct sending *sending, const struct pin *pin)
{
	struct verdict verdict = {0};
	int r = 0;

	if (has_peer(sending)) {
		bool is_stream = sending->facts.type == SOCK_STREAM;

		r = apply_verdict(sending->fd, pin, &sending->facts,
				  is_stream ? PIN_CONNECT : PIN_SEND, &sending->peer.endpoint,
				  &verdict);
	} else {
		r = apply_reach(sending->fd, pin, &sending->message, &verdict.reach);
	}
	if (verdict.drops_name)
		sending->message.msg_namelen = 0;
	return r < 0 ? r
		     : control_prepare(pin, &verdict, &sending->message,
				       sending->room->pinned_control);
}

static bool has_room(const struct sending *sending)
{
	struct pollfd room = {.fd = sending->fd, .events = POLLOUT};

	return poll(&room, 1, 0) > 0;
}

static int send_once(const struct sending *sending)
{
	int flags = sending->flags | MSG_DONTWAIT | MSG_NOSIGNAL;
	ssize_t sent = syscall(SYS_sendmsg, sending->fd, &sending->message, flags);

	return sent < 0 ? -errno : (int)sent; /* no more than MESSAGE_DATA_MAX */
}

/*
 * EAGAIN means that the buffer is full, or that no port is free (fact 3). If the socket has room,
 * the second try tells: either the buffer got room in between, or it is the ports.
 */
static int send_prepared(const struct sending *sending)
{
	int sent = send_once(sending);

	return sent == -EAGAIN && has_room(sending) ? send_once(sending) : sent;
}

static int send_under(struct sending *sending, const struct pin *pin)
{
	sending->message = sending->asked;
	int r = prepare(sending, pin);
	sending->is_refused = r < 0;
	return r < 0 ? r : send_prepared(sending);
}

/* The second try is for an interface that has other addresses by now. */
static int send_pinned(void *context, bool is_again)
{
	struct sending *sending = context;
	const struct pin *pin = call_pin(sending->call);
	const struct endpoint *peer = has_peer(sending) ? &sending->peer.endpoint : NULL;
	bool is_stream = sending->facts.type == SOCK_STREAM;
	struct pin chosen, fresh;
	int r = is_again ? facts_read(sending->fd, pin, &sending->facts) : 0;

	if (r == 0)
		r = pool_for(sending->fd, &pin, &sending->facts, is_stream ? PIN_CONNECT : PIN_SEND,
			     peer, &chosen);
	if (r < 0)
		return r;
	r = send_under(sending, pin);
	if (r < 0 && pin_has_changed(pin, peer, r, &fresh) &&
	    facts_read(sending->fd, &fresh, &sending->facts) == 0)
		r = send_under(sending, &fresh);
	return r;
}

/* As the library: of a datagram that is refused, or that gives its socket a port. */
static void tell(const struct sending *sending)
{
	if (has_peer(sending) && (sending->is_refused || sending->facts.local.port == 0))
		events_tell(sending->call, sending->fd, EVENT_SEND, &sending->peer.endpoint,
			    sending->is_refused ? EVENT_REFUSED : EVENT_DONE);
}

static int read_peer(struct sending *sending)
{
	const struct message_view *view = &sending->room->view;

	sending->peer.length = 0;
	if (view->name_length == 0)
		return 0;
	return call_glance_peer(sending->call, view->name, view->name_length, &sending->peer);
}

/* Sends size bytes of the message from an offset on. Returns how many were sent, or -errno. */
static int send_part(struct sending *sending, size_t offset, size_t size)
{
	struct message_room *room = sending->room;
	struct iovec part = {.iov_base = room->data, .iov_len = size};
	size_t control_length;
	int r = message_read_control(sending->call, room, &control_length);

	if (r == 0)
		r = message_read_data(sending->call, room, offset, size);
	if (r == 0 && sending->peer.length > 0)
		r = dns_redirect(sending->call, &sending->fd, &sending->facts, &sending->peer,
				 dns_identifier(room->data, size));
	if (r < 0)
		return r;
	sending->asked = (struct msghdr){
		.msg_name = sending->peer.length > 0 ? &sending->peer.bytes : NULL,
		.msg_namelen = sending->peer.length,
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control_length > 0 ? room->control : NULL,
		.msg_controllen = control_length,
	};
	sending->is_refused = true; /* if rights_act() fails by itself */
	r = rights_act(sending->call, send_pinned, sending);
	tell(sending);
	return r;
}

ssize_t sending_datagram(struct sending *sending)
{
	size_t size = sending->room->view.size;
	int r = read_peer(sending);

	if (r == 0 && size > sizeof(sending->room->data))
		r = -EMSGSIZE;
	return r < 0 ? r : send_part(sending, 0, size);
}

struct outcome sending_outcome(struct sending *sending, ssize_t sent)
{
	if (sent == -EAGAIN && call_may_wait(sending->fd, sending->flags) && !has_room(sending))
		return waiting_start(sending->call, &sending->fd, POLLOUT);
	return outcome_answer(sent);
}

/* Sends the next of a stream's data. The first opens the connection. */
static int send_next(struct sending *sending, struct progress *progress)
{
	size_t size = sending->room->view.size - progress->done;

	if (size > sizeof(sending->room->data))
		size = sizeof(sending->room->data);
	sending->peer.length = 0;
	if (progress->is_opened) {
		sending->flags &= ~MSG_FASTOPEN;
	} else {
		int r = read_peer(sending);
		if (r < 0)
			return r;
	}
	int sent = send_part(sending, progress->done, size);
	if (sent >= 0) {
		progress->is_opened = true;
		progress->done += (size_t)sent;
	}
	return sent;
}

/* A stream's send failed with error before anything was sent. */
static struct outcome fail_stream(const struct sending *sending, int error)
{
	if (error == -EPIPE && !(sending->flags & MSG_NOSIGNAL))
		(void)syscall(SYS_tkill, sending->call->notice->thread,
			      SIGPIPE); /* or it is gone */
	return outcome_answer(error);
}

struct outcome sending_stream(struct sending *sending)
{
	struct call call = *sending->call;
	struct progress *progress = &call.progress;
	bool waits = call_may_wait(sending->fd, sending->flags);
	int sent;

	do
		sent = send_next(sending, progress);
	while (sent > 0 && waits && progress->done < sending->room->view.size);
	if (sent == -EINPROGRESS && waits) {
		progress->is_opened = true;
		sent = -EAGAIN;
	}
	if (sent == -EAGAIN && waits && progress->is_opened)
		return waiting_start(&call, &sending->fd, POLLOUT);
	if (sent < 0 && progress->done == 0)
		return fail_stream(sending, sent);
	return outcome_answer((int64_t)progress->done);
}
