/* SPDX-License-Identifier: MIT */
/*
 * Makes the sockets of relay.h, and keeps the list of lines. relay_take.c passes questions and
 * answers.
 *
 * Nobody tells the supervisor that the program has closed a socket. Before it makes a new one, it
 * therefore tries whether the address of each is free again.
 */
#include "supervise/relay.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "socket/sys.h"

struct sockaddr_nl relay_address(uint32_t port)
{
	return (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_pid = port};
}

static int bind_to(int fd, uint32_t port, uint32_t groups)
{
	struct sockaddr_nl address = relay_address(port);

	address.nl_groups = groups;
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

static int connect_to(int fd, uint32_t port)
{
	struct sockaddr_nl address = relay_address(port);

	return connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

/* Reads the socket's own address. Returns 0 or -errno; -EAFNOSUPPORT if it is none of netlink. */
static int port_of(int fd, uint32_t *ret_port)
{
	struct sockaddr_nl address = {0};
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		return -errno;
	if (length < sizeof(address) || address.nl_family != AF_NETLINK)
		return -EAFNOSUPPORT;
	*ret_port = address.nl_pid;
	return 0;
}

/* Makes a socket with an address. Returns its descriptor or -errno. */
static int make(int type, int protocol, uint32_t *ret_port)
{
	AUTO_CLOSE int fd = sys_socket(AF_NETLINK, type | SOCK_CLOEXEC, protocol);
	int r = fd < 0 ? fd : bind_to(fd, 0, 0);

	if (r == 0)
		r = port_of(fd, ret_port);
	return r < 0 ? r : steal_fd(&fd);
}

int relay_open(struct relay *relay, bool is_needed)
{
	struct epoll_event question = {.events = EPOLLIN, .data.ptr = NULL}; /* NULL: the hub */
	struct epoll_event retry = {.events = EPOLLIN, .data.ptr = relay};   /* the timer */

	*relay = (struct relay){.hub = -1, .epoll = -1, .timer = -1};
	if (!is_needed)
		return 0;
	relay->hub = make(SOCK_RAW | SOCK_NONBLOCK, NETLINK_USERSOCK, &relay->port);
	if (relay->hub < 0)
		return relay->hub;
	relay->epoll = epoll_create1(EPOLL_CLOEXEC);
	relay->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (relay->epoll < 0 || relay->timer < 0 ||
	    epoll_ctl(relay->epoll, EPOLL_CTL_ADD, relay->hub, &question) < 0 ||
	    epoll_ctl(relay->epoll, EPOLL_CTL_ADD, relay->timer, &retry) < 0)
		return -errno;
	return 0;
}

int relay_descriptor(const struct relay *relay)
{
	return relay->epoll;
}

bool relay_is_used(const struct relay *relay)
{
	return relay->lines != NULL;
}

void relay_hang_up(struct line *line)
{
	(void)close(line->kernel); /* which takes it out of the epoll set as well */
	line->kernel = -1;
}

static bool is_closed(const struct line *line)
{
	uint32_t port = 0;
	AUTO_CLOSE int fd = sys_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK);

	return fd >= 0 && bind_to(fd, line->port, 0) == 0 && port_of(fd, &port) == 0;
}

void relay_sweep(struct relay *relay)
{
	struct line **link = &relay->lines;

	while (*link) {
		struct line *line = *link;

		if (line->kernel >= 0) {
			link = &line->next;
			continue;
		}
		*link = line->next;
		free(line->pending);
		free(line);
	}
}

/* Adds a line for the program's socket at port. Returns 0 or -errno. */
static int add_line(struct relay *relay, uint32_t port)
{
	struct line *line = calloc(1, sizeof(*line));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = line};

	if (!line)
		return -ENOMEM;
	line->port = port;
	line->kernel = make(SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE, &line->kernel_port);
	int r = line->kernel < 0 ? line->kernel : 0;
	if (r == 0 && epoll_ctl(relay->epoll, EPOLL_CTL_ADD, line->kernel, &event) < 0) {
		r = -errno;
		relay_hang_up(line);
	}
	if (r < 0) {
		free(line);
		return r;
	}
	line->next = relay->lines;
	relay->lines = line;
	return 0;
}

int relay_new(struct relay *relay, int type, uint32_t wanted, bool is_strict)
{
	uint32_t port = 0;

	for (struct line *line = relay->lines; line; line = line->next)
		if (is_closed(line))
			relay_hang_up(line);
	relay_sweep(relay);
	AUTO_CLOSE int fd = sys_socket(AF_NETLINK, type | SOCK_CLOEXEC, NETLINK_USERSOCK);
	if (fd < 0)
		return fd;
	int r = bind_to(fd, wanted, 0);
	if (r < 0 && is_strict)
		return r;
	r = connect_to(fd, relay->port); /* which gives it an address if it has none */
	if (r == 0)
		r = port_of(fd, &port);
	if (r == 0)
		r = add_line(relay, port);
	return r < 0 ? r : steal_fd(&fd);
}

struct line *relay_at(const struct relay *relay, uint32_t port)
{
	struct line *line = relay->lines;

	while (line && (line->port != port || line->kernel < 0))
		line = line->next;
	return line;
}

struct line *relay_find(const struct relay *relay, int fd)
{
	int protocol;
	uint32_t port = 0;

	if (!relay->lines || port_of(fd, &port) < 0 ||
	    sys_get_number(fd, SOL_SOCKET, SO_PROTOCOL, &protocol) < 0 ||
	    protocol != NETLINK_USERSOCK)
		return NULL;
	return relay_at(relay, port);
}

int relay_join(const struct line *line, uint32_t groups)
{
	return groups ? bind_to(line->kernel, line->kernel_port, groups) : 0;
}
