/* SPDX-License-Identifier: MIT */
/*
 * recvfrom(2), recvmsg(2) and recvmmsg(2) under --dns, where they tell a source: on a socket that
 * has asked a server that was replaced, the answer is received here and its source is that server.
 * On all others the kernel receives.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervise/caller.h"
#include "supervise/dns.h"
#include "supervise/message.h"
#include "supervise/waiting.h"

/* One at a time is received. */
static unsigned char data[MESSAGE_DATA_MAX];
static struct message_view view;

struct receiving {
	const struct pin *pin;
	const struct call *call;
	int fd, flags;
	struct sockaddr_storage name;
	struct msghdr message;
};

static void cleanup_receiving(struct receiving *receiving)
{
	cleanup_close(&receiving->fd);
}

/* Is the kernel to receive? Also if the socket cannot be looked at: nothing leaves by that. */
static bool is_kernels(struct receiving *receiving)
{
	struct facts facts;

	if (!dns_any_asked() || receiving->flags & MSG_ERRQUEUE)
		return true; /* there are no answers */
	return supervise_open(receiving->pin, receiving->call, &receiving->fd, &facts) != 0 ||
	       facts.type != SOCK_DGRAM || !dns_has_asked(receiving->fd);
}

static void restore_name(struct receiving *receiving, size_t size)
{
	struct msghdr *message = &receiving->message;
	int query = dns_query(data, size);
	struct endpoint source;

	if (endpoint_read(&receiving->name, message->msg_namelen, &source) == 0 &&
	    dns_restore(receiving->pin, receiving->fd, query, &source))
		message->msg_namelen = endpoint_write(&source, &receiving->name);
}

/*
 * Receives for view. Returns the size of the datagram, or -errno. A 32-bit caller gets no control
 * messages, as if there were no room for them.
 */
static ssize_t receive(struct receiving *receiving)
{
	static _Alignas(struct cmsghdr) unsigned char control[MESSAGE_CONTROL_MAX];
	size_t room = view.control_length < sizeof(control) ? view.control_length : sizeof(control);
	size_t size = view.size < sizeof(data) ? view.size : sizeof(data);
	struct iovec part = {.iov_base = data, .iov_len = size};

	receiving->message = (struct msghdr){
		.msg_name = &receiving->name,
		.msg_namelen = sizeof(receiving->name),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = receiving->call->is_32 ? 0 : room,
	};
	ssize_t got = syscall(SYS_recvmsg, receiving->fd, &receiving->message,
			      receiving->flags | MSG_DONTWAIT);
	if (got < 0)
		return -errno;
	if ((size_t)got < size)
		size = (size_t)got;
	restore_name(receiving, size);
	int r = message_write_data(receiving->call, &view, data, size);
	return r < 0 ? r : got;
}

/* A name that has no room is cut; its whole length is told. */
static int write_name(const struct receiving *receiving)
{
	socklen_t length = receiving->message.msg_namelen;

	if (view.name == 0)
		return 0;
	if (length > view.name_length)
		length = view.name_length;
	return caller_write(receiving->call->notice, view.name, &receiving->name, length);
}

static struct answer answer_received(struct receiving *receiving, ssize_t got)
{
	int flags = fcntl(receiving->fd, F_GETFL);
	bool waits = !(receiving->flags & MSG_DONTWAIT) && flags >= 0 && !(flags & O_NONBLOCK);

	if (got == -EAGAIN && waits)
		return waiting_start(receiving->call, &receiving->fd, POLLIN);
	if (got < 0)
		return answer_error((int)got);
	return (struct answer){.value = got};
}

struct answer supervise_recvfrom(const struct pin *pin, const struct call *call)
{
	CLEANUP(cleanup_receiving)
	struct receiving receiving = {
		.pin = pin, .call = call, .fd = -1, .flags = (int)call->arguments[3]};
	uint64_t length_at = call->arguments[5];
	socklen_t length = 0;

	if (call->arguments[4] == 0 || is_kernels(&receiving))
		return answer_error(NOTIFY_CONTINUE);
	int r = caller_read(call->notice, length_at, &length, sizeof(length));
	if (r == 0 && (int)length < 0)
		r = -EINVAL;
	if (r != 0)
		return answer_error(r);
	message_view_of(call->arguments[1], (size_t)call->arguments[2], call->arguments[4], length,
			&view);
	ssize_t got = receive(&receiving);
	if (got >= 0)
		r = write_name(&receiving);
	if (got >= 0 && r == 0)
		r = caller_write(call->notice, length_at, &receiving.message.msg_namelen,
				 sizeof(length));
	return r < 0 ? answer_error(r) : answer_received(&receiving, got);
}

/* Into the struct msghdr at an address. */
static ssize_t receive_message(struct receiving *receiving, uint64_t at)
{
	int r = message_read(receiving->call, at, &view);

	if (r < 0)
		return r;
	ssize_t got = receive(receiving);
	if (got < 0)
		return got;
	r = write_name(receiving);
	if (r == 0)
		r = message_write_result(receiving->call, at, &view, &receiving->message);
	return r < 0 ? r : got;
}

struct answer supervise_recvmsg(const struct pin *pin, const struct call *call)
{
	CLEANUP(cleanup_receiving)
	struct receiving receiving = {
		.pin = pin, .call = call, .fd = -1, .flags = (int)call->arguments[2]};

	if (is_kernels(&receiving))
		return answer_error(NOTIFY_CONTINUE);
	return answer_received(&receiving, receive_message(&receiving, call->arguments[1]));
}

/* As many as are there; it waits for the first only, which the kernel's time limit does not end. */
struct answer supervise_recvmmsg(const struct pin *pin, const struct call *call)
{
	CLEANUP(cleanup_receiving)
	struct receiving receiving = {
		.pin = pin, .call = call, .fd = -1, .flags = (int)call->arguments[3]};
	size_t count = (uint32_t)call->arguments[2];
	size_t received = 0;

	if (is_kernels(&receiving))
		return answer_error(NOTIFY_CONTINUE);
	receiving.flags &= ~MSG_WAITFORONE;
	for (; received < count && received < MESSAGE_PARTS_MAX; received++) {
		uint64_t at = message_at(call, call->arguments[1], received);
		ssize_t got = receive_message(&receiving, at);

		if (got >= 0)
			got = message_write_length(call, at, (uint32_t)got);
		if (got < 0 && received == 0)
			return answer_received(&receiving, got);
		if (got < 0)
			break;
	}
	return (struct answer){.value = (int64_t)received};
}
