/* SPDX-License-Identifier: MIT */
/*
 * sendto(2), sendmsg(2) and sendmmsg(2): opens the socket and decides who sends. The peer that a
 * stream's message names does not matter, so the kernel sends it, unless MSG_FASTOPEN makes the
 * message a connect. If the supervisor may not look into the caller, the kernel sends what cannot
 * break the pin (sealing.h).
 */
#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "socket/facts.h"
#include "socket/sys.h"
#include "supervise/caller.h"
#include "supervise/sealing.h"
#include "supervise/sending.h"
#include "supervise/supervisor.h"

static struct sending begin(const struct call *call, int flags)
{
	return (struct sending){
		.call = call, .room = &call->supervisor->room, .fd = -1, .flags = flags};
}

static void cleanup_sending(struct sending *sending)
{
	cleanup_close(&sending->fd);
}

/*
 * Clears MSG_ZEROCOPY: the kernel would send what the supervisor's copy of the data holds later. A
 * socket without SO_ZEROCOPY ignores the flag. On others it may always fail with ENOBUFS, so
 * programs are ready for that.
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

/*
 * Duplicates the descriptor and reads the facts, unchecked: message_read_data() checks that the
 * caller still waits when all of the message has been read.
 */
static struct outcome glance(struct sending *sending)
{
	sending->fd = caller_descriptor(sending->call, (int)sending->call->arguments[0]);
	if (sending->fd < 0)
		return outcome_answer(sending->fd);
	(void)call_fresh_pin(sending->call); /* for all that follows in this call */
	return call_facts(sending->call, sending->fd, &sending->facts);
}

/* May the kernel send it, if the supervisor may not look into the caller? */
typedef bool lets_pass(const struct call *call);

/* Under -i, a datagram to 127.0.0.1 would leave by the interface (fact 35). */
static bool lets_send(const struct call *call)
{
	bool may_be_loopback =
		call_pin(call)->ifindex != 0 && call_may_be_ip((socklen_t)call->arguments[5]);

	return !may_be_loopback && sealing_lets_send(call);
}

/*
 * glibc's resolver asks for both addresses of a name by one sendmmsg(2), of two messages without
 * control messages, which no library sees (fact 10). Under the default engine it passes unseen, or
 * a process that forbids to be looked into could not look up any name. A program could imitate it
 * to get out; but such a program could jump to the gate as well.
 */
static bool lets_lookup(const struct call *call)
{
	bool is_lookup = call_pin(call)->gated && (uint32_t)call->arguments[2] == 2 &&
			 (uint32_t)call->arguments[3] == MSG_NOSIGNAL;

	return is_lookup ? sealing_lets_send(call) : sealing_lets_message(call);
}

/* Opens the socket. The outcome is open if the supervisor has to send. */
static struct outcome open_socket(struct sending *sending, lets_pass *lets)
{
	struct outcome outcome = glance(sending);
	bool is_connect = (sending->flags & MSG_FASTOPEN) != 0;

	if (outcome_is_error(outcome, -EPERM) && lets(sending->call) &&
	    (!is_connect || sealing_lets_connect(sending->call)))
		return outcome_continue();
	if (!outcome_is_open(outcome))
		return outcome;
	if (sending->facts.type == SOCK_STREAM && !is_connect)
		return outcome_continue();
	return outcome_after(give_up_zero_copy(sending));
}

static struct outcome send_view(struct sending *sending)
{
	if (sending->facts.type == SOCK_STREAM)
		return sending_stream(sending);
	return sending_outcome(sending, sending_datagram(sending));
}

struct outcome supervise_sendto(const struct call *call)
{
	CLEANUP(cleanup_sending) struct sending sending = begin(call, (int)call->arguments[3]);

	if (call->arguments[4] == 0 || (socklen_t)call->arguments[5] == 0)
		return outcome_continue(); /* it names no peer */
	struct outcome outcome = open_socket(&sending, lets_send);
	if (!outcome_is_open(outcome))
		return outcome;
	message_view_of(call->arguments[1], (size_t)call->arguments[2], call->arguments[4],
			(socklen_t)call->arguments[5], &sending.room->view);
	return send_view(&sending);
}

struct outcome supervise_sendmsg(const struct call *call)
{
	CLEANUP(cleanup_sending) struct sending sending = begin(call, (int)call->arguments[2]);
	struct outcome outcome = open_socket(&sending, sealing_lets_message);

	if (outcome_is_open(outcome))
		outcome = outcome_after(message_read(call, call->arguments[1], sending.room));
	return outcome_is_open(outcome) ? send_view(&sending) : outcome;
}

/* Sends the which-th message. Returns its size or -errno. */
static ssize_t send_one(struct sending *sending, size_t which)
{
	const struct call *call = sending->call;
	uint64_t at = message_at(call, call->arguments[1], which);
	ssize_t size = message_read(call, at, sending->room);

	if (size == 0 && which > 0) /* the message before may have moved the socket */
		size = facts_read(sending->fd, call_pin(call), &sending->facts);
	if (size == 0)
		size = sending_datagram(sending);
	if (size >= 0)
		size = message_write_length(call, at, (uint32_t)size);
	return size;
}

/* Sends as many as go without waiting. The call waits for the first only. */
struct outcome supervise_sendmmsg(const struct call *call)
{
	CLEANUP(cleanup_sending) struct sending sending = begin(call, (int)call->arguments[3]);
	size_t count = (uint32_t)call->arguments[2];
	size_t sent = 0;
	struct outcome outcome = open_socket(&sending, lets_lookup);

	if (!outcome_is_open(outcome))
		return outcome;
	if (sending.facts.type == SOCK_STREAM)
		return outcome_answer(-EOPNOTSUPP); /* as if tcp_fastopen were switched off */
	for (; sent < count && sent < MESSAGE_PARTS_MAX; sent++) {
		ssize_t r = send_one(&sending, sent);

		if (r < 0 && sent == 0)
			return sending_outcome(&sending, r);
		if (r < 0)
			break;
	}
	return outcome_answer((int64_t)sent);
}
