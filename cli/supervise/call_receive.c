/* SPDX-License-Identifier: MIT */
/*
 * recvfrom(2), recvmsg(2) and recvmmsg(2) under --dns and --view=pin, if they tell the source. On a
 * socket that asked a server which was replaced, the supervisor receives the answer, and tells the
 * program that it comes from the server that the program asked. On a netlink socket of relay.h it
 * tells the program that the message comes from the kernel. On all other sockets the kernel
 * receives.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervise/call_view.h"
#include "supervise/caller.h"
#include "supervise/dns.h"
#include "supervise/message.h"
#include "supervise/supervisor.h"
#include "supervise/waiting.h"

/* room->view says where the caller wants the message. */
struct receiving {
	const struct call *call;
	struct message_room *room;
	int fd, flags;
	struct sockaddr_storage name;
	struct msghdr message;
};

static void cleanup_receiving(struct receiving *receiving)
{
	cleanup_close(&receiving->fd);
}

/* Has the socket asked a server that was replaced? If so, opens it. */
static bool is_resolver(const struct call *call, int flags, int *ret_fd)
{
	AUTO_CLOSE int fd = -1;
	struct facts facts;

	if (!dns_any_asked(call) || flags & MSG_ERRQUEUE) /* errors are no answers */
		return false;
	if (!outcome_is_open(call_open(call, &fd, &facts)) || facts.type != SOCK_DGRAM ||
	    !dns_has_asked(call, fd))
		return false;
	*ret_fd = steal_fd(&fd);
	return true;
}

/*
 * Does the kernel receive? It also does if the supervisor cannot look at the socket, since nothing
 * leaves by a receive. Else opens the socket.
 */
static bool is_kernels(const struct call *call, int flags, struct receiving *ret_receiving)
{
	int *fd = &ret_receiving->fd;

	if (view_line(call, fd))
		relay_take(call->supervisor);
	else if (!is_resolver(call, flags, fd))
		return true;
	ret_receiving->call = call;
	ret_receiving->room = &call->supervisor->room;
	ret_receiving->flags = flags;
	return false;
}

static void restore_name(struct receiving *receiving, size_t size)
{
	struct msghdr *message = &receiving->message;
	int identifier = dns_identifier(receiving->room->data, size);
	struct endpoint source;

	if (receiving->name.ss_family == AF_NETLINK) {
		/* The kernel's address is 0. The hub's is at the same place. */
		struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

		memcpy(&receiving->name, &kernel, sizeof(kernel));
		return;
	}
	if (endpoint_read(&receiving->name, message->msg_namelen, &source) == 0 &&
	    dns_restore(receiving->call, receiving->fd, identifier, &source))
		message->msg_namelen = endpoint_write(&source, &receiving->name);
}

/*
 * Receives for room->view. Returns the size of the datagram, or -errno. A 32-bit caller gets no
 * control messages, as if it had no room for them.
 */
static ssize_t receive(struct receiving *receiving)
{
	struct message_room *room = receiving->room;
	size_t asked = room->view.control_length;
	size_t limit = asked < sizeof(room->control) ? asked : sizeof(room->control);
	size_t size = room->view.size < sizeof(room->data) ? room->view.size : sizeof(room->data);
	struct iovec part = {.iov_base = room->data, .iov_len = size};

	receiving->message = (struct msghdr){
		.msg_name = &receiving->name,
		.msg_namelen = sizeof(receiving->name),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = room->control,
		.msg_controllen = receiving->call->is_32 ? 0 : limit,
	};
	ssize_t got = syscall(SYS_recvmsg, receiving->fd, &receiving->message,
			      receiving->flags | MSG_DONTWAIT);
	if (got < 0)
		return -errno;
	if ((size_t)got < size)
		size = (size_t)got;
	restore_name(receiving, size);
	int r = message_write_data(receiving->call, room, size);
	return r < 0 ? r : got;
}

/* Writes the source's address, cut to the room for it. The length that is told is the whole one. */
static int write_name(const struct receiving *receiving)
{
	const struct message_view *view = &receiving->room->view;
	socklen_t length = receiving->message.msg_namelen;

	if (view->name == 0)
		return 0;
	if (length > view->name_length)
		length = view->name_length;
	return caller_write(receiving->call->notice, view->name, &receiving->name, length);
}

static struct outcome outcome_of(struct receiving *receiving, ssize_t got)
{
	if (got == -EAGAIN && call_may_wait(receiving->fd, receiving->flags))
		return waiting_start(receiving->call, &receiving->fd, POLLIN);
	return outcome_answer(got);
}

/* Receives for a recvfrom(2) with room for length bytes of an address, or without any (at 0). */
static ssize_t receive_from(struct receiving *receiving, socklen_t length)
{
	const struct call *call = receiving->call;

	message_view_of(call->arguments[1], (size_t)call->arguments[2], call->arguments[4], length,
			&receiving->room->view);
	ssize_t got = receive(receiving);
	if (got < 0 || call->arguments[4] == 0)
		return got;
	int r = write_name(receiving);
	if (r == 0)
		r = caller_write(call->notice, call->arguments[5], &receiving->message.msg_namelen,
				 sizeof(receiving->message.msg_namelen));
	return r < 0 ? r : got;
}

/* One that asks for no source is trapped only under --view=pin, if it does not wait. */
struct outcome supervise_recvfrom(const struct call *call)
{
	CLEANUP(cleanup_receiving) struct receiving receiving = {.fd = -1};
	bool is_named = call->arguments[4] != 0;
	socklen_t length = 0;
	int r = 0;

	if ((!is_named && !call_pin(call)->views) ||
	    is_kernels(call, (int)call->arguments[3], &receiving))
		return outcome_continue();
	if (is_named)
		r = caller_read(call->notice, call->arguments[5], &length, sizeof(length));
	if (r == 0 && (int)length < 0)
		r = -EINVAL;
	return r < 0 ? outcome_answer(r) : outcome_of(&receiving, receive_from(&receiving, length));
}

/* Receives into the struct msghdr at an address. */
static ssize_t receive_message(struct receiving *receiving, uint64_t at)
{
	int r = message_read(receiving->call, at, receiving->room);

	if (r < 0)
		return r;
	ssize_t got = receive(receiving);
	if (got < 0)
		return got;
	r = write_name(receiving);
	if (r == 0)
		r = message_write_result(receiving->call, at, &receiving->room->view,
					 &receiving->message);
	return r < 0 ? r : got;
}

struct outcome supervise_recvmsg(const struct call *call)
{
	CLEANUP(cleanup_receiving) struct receiving receiving = {.fd = -1};

	if (is_kernels(call, (int)call->arguments[2], &receiving))
		return outcome_continue();
	return outcome_of(&receiving, receive_message(&receiving, call->arguments[1]));
}

/*
 * Receives as many as there are. The call waits for the first only, and without the time limit that
 * is its last argument: the kernel itself looks at that only after a datagram has come.
 */
struct outcome supervise_recvmmsg(const struct call *call)
{
	CLEANUP(cleanup_receiving) struct receiving receiving = {.fd = -1};
	size_t count = (uint32_t)call->arguments[2];
	size_t received = 0;

	if (is_kernels(call, (int)call->arguments[3], &receiving))
		return outcome_continue();
	receiving.flags &= ~MSG_WAITFORONE;
	for (; received < count && received < MESSAGE_PARTS_MAX; received++) {
		uint64_t at = message_at(call, call->arguments[1], received);
		ssize_t got = receive_message(&receiving, at);

		if (got >= 0)
			got = message_write_length(call, at, (uint32_t)got);
		if (got < 0 && received == 0)
			return outcome_of(&receiving, got);
		if (got < 0)
			break;
	}
	return outcome_answer((int64_t)received);
}
