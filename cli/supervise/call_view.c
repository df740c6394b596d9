/* SPDX-License-Identifier: MIT */
/*
 * Calls on netlink sockets under --view=pin. The program believes that its socket is one of
 * NETLINK_ROUTE and that it talks to the kernel, whose address is 0 (relay.h says what is true). On
 * all other sockets the outcome is open, and the call goes on as without --view.
 */
#include "supervise/call_view.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervise/caller.h"
#include "supervise/message.h"
#include "supervise/supervisor.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

static struct outcome open_outcome(void)
{
	return outcome_after(0);
}

/*
 * These protocols tell no address. Those of sockets (NETLINK_SOCK_DIAG), of wireless devices and TCP
 * metrics (NETLINK_GENERIC), of netfilter and others do, or might in a later kernel.
 */
static bool is_harmless(int protocol)
{
	return protocol == NETLINK_USERSOCK || protocol == NETLINK_SELINUX ||
	       protocol == NETLINK_AUDIT || protocol == NETLINK_KOBJECT_UEVENT ||
	       protocol == NETLINK_CRYPTO;
}

/*
 * The first socket of a process usually has the process's id as its address, and old programs count
 * on that.
 */
static uint32_t usual_port(const struct call *call)
{
	pid_t process = caller_process(&call->supervisor->callers, call->notice->thread);

	return process > 0 ? (uint32_t)process : 0;
}

struct outcome view_socket(const struct call *call)
{
	int type = (int)call->arguments[1];
	int protocol = (int)call->arguments[2];

	if ((int)call->arguments[0] != AF_NETLINK)
		return open_outcome();
	/* In another network namespace the program sees that one, whose uplinks are others. */
	if (!caller_shares_network(call) || is_harmless(protocol))
		return outcome_continue();
	if (protocol != NETLINK_ROUTE)
		return outcome_answer(-EPROTONOSUPPORT);
	if (!caller_is_readable(call)) /* the supervisor would not see whom it receives from */
		return outcome_answer(-EACCES);
	AUTO_CLOSE int fd =
		relay_new(&call->supervisor->relay, type & ~SOCK_CLOEXEC, usual_port(call), false);
	if (fd < 0)
		return outcome_answer(fd);
	notify_give(call->notice, fd, type & SOCK_CLOEXEC);
	return outcome_deferred();
}

struct line *view_line(const struct call *call, int *ret_fd)
{
	struct relay *relay = &call->supervisor->relay;

	if (!relay_is_used(relay))
		return NULL;
	AUTO_CLOSE int fd = caller_descriptor(call, (int)call->arguments[0]);
	struct line *line = fd < 0 ? NULL : relay_find(relay, fd);
	if (!line || !notify_is_waiting(call->notice))
		return NULL;
	*ret_fd = steal_fd(&fd);
	return line;
}

/* Reads a netlink address. Returns 0 or -errno. */
static int read_address(const struct call *call, uint64_t at, uint64_t length,
			struct sockaddr_nl *ret_address)
{
	if ((socklen_t)length < sizeof(*ret_address))
		return -EINVAL;
	int r = caller_read(call->notice, at, ret_address, sizeof(*ret_address));
	if (r < 0)
		return r;
	return ret_address->nl_family == AF_NETLINK ? 0 : -EINVAL;
}

/* Puts a socket that has the address port in place of the caller's. Returns 0 or -errno. */
static int move_to(const struct call *call, int fd, uint32_t port, uint32_t groups)
{
	struct relay *relay = &call->supervisor->relay;
	int status = fcntl(fd, F_GETFL);
	AUTO_CLOSE int other =
		relay_new(relay, SOCK_RAW | (status & O_NONBLOCK ? SOCK_NONBLOCK : 0), port, true);

	if (other < 0)
		return other;
	int r = notify_replace(call->notice, other, (int)call->arguments[0],
			       caller_closes_on_exec(call, (int)call->arguments[0]));
	const struct line *line = r < 0 ? NULL : relay_find(relay, other);
	return line ? relay_join(line, groups) : r;
}

struct outcome view_bind(const struct call *call)
{
	AUTO_CLOSE int fd = -1;
	const struct line *line = view_line(call, &fd);
	struct sockaddr_nl address;

	if (!line)
		return open_outcome();
	int r = read_address(call, call->arguments[1], call->arguments[2], &address);
	if (r < 0)
		return outcome_answer(r);
	if (address.nl_pid != 0 && address.nl_pid != line->port)
		return outcome_answer(move_to(call, fd, address.nl_pid, address.nl_groups));
	return outcome_answer(relay_join(line, address.nl_groups));
}

/* The socket is connected already, to the hub. */
struct outcome view_connect(const struct call *call)
{
	AUTO_CLOSE int fd = -1;
	struct sockaddr_nl address;

	if (!view_line(call, &fd))
		return open_outcome();
	int r = read_address(call, call->arguments[1], call->arguments[2], &address);
	if (r == 0 && (address.nl_pid != 0 || address.nl_groups != 0))
		r = -EPERM;
	return outcome_answer(r);
}

/*
 * The supervisor's own socket gets the option. The caller's gets it as well, so that the caller can
 * see it, except for the groups: others could send to the same groups of the caller's protocol.
 */
struct outcome view_setsockopt(const struct call *call)
{
	AUTO_CLOSE int fd = -1;
	int name = (int)call->arguments[2], value = 0;
	socklen_t length = (socklen_t)call->arguments[4];

	if ((int)call->arguments[1] != SOL_NETLINK)
		return open_outcome();
	const struct line *line = view_line(call, &fd);
	if (!line)
		return outcome_continue();
	if (length > sizeof(value))
		length = sizeof(value);
	int r = caller_read(call->notice, call->arguments[3], &value, length);
	if (r == 0 && name == NETLINK_LISTEN_ALL_NSID)
		r = -EPERM;
	if (r == 0 && setsockopt(line->kernel, SOL_NETLINK, name, &value, length) < 0)
		r = -errno;
	bool is_group = name == NETLINK_ADD_MEMBERSHIP || name == NETLINK_DROP_MEMBERSHIP;
	return r < 0 || is_group ? outcome_answer(r) : outcome_continue();
}

/* Sends what room->view holds by fd to the hub. */
static struct outcome send_view(const struct call *call, int fd, int flags)
{
	struct message_room *room = &call->supervisor->room;
	size_t size = room->view.size;
	struct sockaddr_nl address;
	int r = read_address(call, room->view.name, room->view.name_length, &address);

	if (r == 0 && (address.nl_pid != 0 || address.nl_groups != 0))
		r = -EPERM; /* as the kernel, for a user */
	if (r == 0 && size > sizeof(room->data))
		r = -EMSGSIZE;
	if (r == 0)
		r = message_read_data(call, room, 0, size);
	if (r < 0)
		return outcome_answer(r);
	ssize_t sent = send(fd, room->data, size, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0)
		return outcome_answer(-errno);
	relay_take(call->supervisor);
	return outcome_answer(sent);
}

struct outcome view_sendto(const struct call *call)
{
	AUTO_CLOSE int fd = -1;

	if (call->arguments[4] == 0 || !view_line(call, &fd))
		return open_outcome();
	message_view_of(call->arguments[1], (size_t)call->arguments[2], call->arguments[4],
			(socklen_t)call->arguments[5], &call->supervisor->room.view);
	return send_view(call, fd, (int)call->arguments[3]);
}

struct outcome view_sendmsg(const struct call *call)
{
	AUTO_CLOSE int fd = -1;

	if (!view_line(call, &fd))
		return open_outcome();
	int r = message_read(call, call->arguments[1], &call->supervisor->room);
	if (r < 0)
		return outcome_answer(r);
	if (call->supervisor->room.view.name == 0)
		return outcome_continue(); /* the socket is connected to the hub */
	return send_view(call, fd, (int)call->arguments[2]);
}
