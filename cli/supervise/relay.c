/* SPDX-License-Identifier: MIT */
/*
 * Passes questions and answers between the program's rtnetlink sockets and the kernel.
 *
 * Nobody tells the supervisor that the program has closed a socket. Before it makes a new one, it
 * therefore tries whether the address of each is free again.
 */
#include "supervise/relay.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "pin/view.h"
#include "socket/refresh.h"
#include "socket/sys.h"
#include "supervise/supervisor.h"

/*
 * The kernel makes the parts of a dump as long as the longest receive on the socket. Programs count
 * on parts that fit into a page.
 */
enum { PART_SIZE = 4096, RETRY_INTERVAL = 100 /* ms */ };

static struct sockaddr_nl address_of(uint32_t port)
{
	return (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_pid = port};
}

static int bind_to(int fd, uint32_t port, uint32_t groups)
{
	struct sockaddr_nl address = address_of(port);

	address.nl_groups = groups;
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

static int connect_to(int fd, uint32_t port)
{
	struct sockaddr_nl address = address_of(port);

	return connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

/* Reads the socket's own address. Returns 0 or -errno; -EAFNOSUPPORT if it is none of netlink. */
static int port_of(int fd, uint32_t *ret_port)
{
	struct sockaddr_nl address;
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

/* Closes the line. Its memory is freed later, because the caller may be about to use it. */
static void hang_up(struct line *line)
{
	(void)close(line->kernel); /* which takes it out of the epoll set as well */
	line->kernel = -1;
}

static bool is_closed(const struct line *line)
{
	uint32_t port;
	AUTO_CLOSE int fd = sys_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK);

	return fd >= 0 && bind_to(fd, line->port, 0) == 0 && port_of(fd, &port) == 0;
}

/* Frees the lines that are hung up. */
static void sweep(struct relay *relay)
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
		hang_up(line);
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
	uint32_t port;

	for (struct line *line = relay->lines; line; line = line->next)
		if (is_closed(line))
			hang_up(line);
	sweep(relay);
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

struct line *relay_find(const struct relay *relay, int fd)
{
	struct line *line = relay->lines;
	int protocol;
	uint32_t port;

	if (!line || port_of(fd, &port) < 0 ||
	    sys_get_number(fd, SOL_SOCKET, SO_PROTOCOL, &protocol) < 0 ||
	    protocol != NETLINK_USERSOCK)
		return NULL;
	while (line && (line->port != port || line->kernel < 0))
		line = line->next;
	return line;
}

int relay_join(const struct line *line, uint32_t groups)
{
	return groups ? bind_to(line->kernel, line->kernel_port, groups) : 0;
}

/* What relay_take() works with. */
struct taking {
	struct relay *relay;
	struct view view;
	struct pin pin;       /* what view refers to */
	unsigned char *bytes; /* MESSAGE_DATA_MAX of them */
};

/* Has the line read no more from the kernel, or go on. */
static void listen_to_kernel(const struct relay *relay, struct line *line, bool listens)
{
	struct epoll_event event = {.events = listens ? EPOLLIN : 0, .data.ptr = line};

	(void)epoll_ctl(relay->epoll, EPOLL_CTL_MOD, line->kernel, &event); /* it is in the set */
}

static void keep(struct relay *relay, struct line *line, const unsigned char *bytes, size_t size)
{
	line->pending = malloc(size);
	if (!line->pending) {
		hang_up(line); /* the program would wait for an answer that it never gets */
		return;
	}
	memcpy(line->pending, bytes, size);
	line->pending_size = size;
	listen_to_kernel(relay, line, false);
}

/* Sends to the program. Returns 0; -EAGAIN if its socket has no room; or another -errno. */
static int send_to(const struct relay *relay, const struct line *line, const unsigned char *bytes,
		   size_t size)
{
	struct sockaddr_nl address = address_of(line->port);
	ssize_t sent = sendto(relay->hub, bytes, size, MSG_DONTWAIT, (struct sockaddr *)&address,
			      sizeof(address));

	return sent < 0 ? -errno : 0;
}

static void deliver(struct relay *relay, struct line *line, const unsigned char *bytes, size_t size)
{
	int r = line->pending ? -EAGAIN : send_to(relay, line, bytes, size);

	if (r == -EAGAIN && !line->pending)
		keep(relay, line, bytes, size);
	else if (r == -ECONNREFUSED) /* the program has closed its socket */
		hang_up(line);
}

/* Answers the request that has this header with an error, as the kernel would. */
static void refuse(struct relay *relay, struct line *line, const struct nlmsghdr *request,
		   int error)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr body;
	} answer = {
		.header = {.nlmsg_len = sizeof(answer),
			   .nlmsg_type = NLMSG_ERROR,
			   .nlmsg_flags = NLM_F_CAPPED,
			   .nlmsg_seq = request->nlmsg_seq,
			   .nlmsg_pid = line->port},
		.body = {.error = error, .msg = *request},
	};

	deliver(relay, line, (const unsigned char *)&answer, sizeof(answer));
}

/* What the kernel says of something that is not there. */
static int absence(unsigned int message_type)
{
	if (message_type == RTM_NEWLINK)
		return -ENODEV;
	if (message_type == RTM_NEWROUTE)
		return -ENETUNREACH;
	return message_type == RTM_NEWADDR ? -EADDRNOTAVAIL : -ENOENT;
}

/* The kernel's answers name the address of the supervisor's socket: writes the program's there. */
static void readdress(const struct line *line, unsigned char *bytes, size_t size)
{
	struct nlmsghdr header;

	while (size >= sizeof(header)) {
		memcpy(&header, bytes, sizeof(header));
		size_t step = NLMSG_ALIGN(header.nlmsg_len);
		if (header.nlmsg_pid == line->kernel_port)
			header.nlmsg_pid = line->port;
		memcpy(bytes, &header, sizeof(header));
		if (step >= size)
			return;
		bytes += step;
		size -= step;
	}
}

/* Passes on what the kernel has sent, as far as the view shows it. */
static void pass_on(struct taking *taking, struct line *line, size_t size, bool is_event)
{
	struct nlmsghdr first;

	if (size < sizeof(first))
		return;
	memcpy(&first, taking->bytes, sizeof(first));
	size_t shown = view_filter(&taking->view, taking->bytes, size);
	if (shown > 0) {
		readdress(line, taking->bytes, shown);
		deliver(taking->relay, line, taking->bytes, shown);
	} else if (!is_event && !(first.nlmsg_flags & NLM_F_MULTI)) {
		/* The one answer to a question: without any, the program would wait for ever. */
		refuse(taking->relay, line, &first, absence(first.nlmsg_type));
	}
}

/* Receives from the kernel. Returns the size or -errno. */
static ssize_t receive(const struct line *line, unsigned char *bytes, bool *ret_is_event)
{
	struct sockaddr_nl source = {0};
	socklen_t length = sizeof(source);
	ssize_t size = recv(line->kernel, bytes, PART_SIZE, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

	if (size < 0)
		return -errno;
	size_t room = size > PART_SIZE ? MESSAGE_DATA_MAX : PART_SIZE;
	size = recvfrom(line->kernel, bytes, room, MSG_DONTWAIT, (struct sockaddr *)&source,
			&length);
	*ret_is_event = source.nl_groups != 0;
	return size < 0 ? -errno : size;
}

static void take_answers(struct taking *taking, struct line *line)
{
	bool is_event = false;
	ssize_t size;

	while (line->kernel >= 0 && !line->pending) {
		size = receive(line, taking->bytes, &is_event);
		if (size < 0 && size != -ENOBUFS) /* ENOBUFS: events were lost */
			return;
		if (size > 0)
			pass_on(taking, line, (size_t)size, is_event);
	}
}

/* Why a request is refused: as a kernel that does not know the question, or no change is permitted. */
static int refusal(unsigned int message_type)
{
	enum { KIND_GET = 2 }; /* of each four types, as the kernel's rtnetlink_rcv_msg() has it */

	return ((message_type - RTM_BASE) & 3) == KIND_GET ? -EOPNOTSUPP : -EPERM;
}

/* Asks the kernel one question, or refuses it. */
static void ask(struct relay *relay, struct line *line, const unsigned char *message,
		const struct nlmsghdr *header)
{
	if (header->nlmsg_type < NLMSG_MIN_TYPE)
		return; /* the kernel ignores it too */
	if (!view_can_ask(message, header->nlmsg_len))
		refuse(relay, line, header, refusal(header->nlmsg_type));
	else if (send(line->kernel, message, header->nlmsg_len, MSG_DONTWAIT) < 0)
		refuse(relay, line, header, -errno);
}

static void ask_all(struct relay *relay, struct line *line, const unsigned char *bytes, size_t size)
{
	struct nlmsghdr header;

	while (size >= sizeof(header)) {
		memcpy(&header, bytes, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > size)
			return;
		ask(relay, line, bytes, &header);
		size_t step = NLMSG_ALIGN(header.nlmsg_len);
		if (step >= size || line->kernel < 0)
			return;
		bytes += step;
		size -= step;
	}
}

static struct line *line_at(const struct relay *relay, uint32_t port)
{
	struct line *line = relay->lines;

	while (line && (line->port != port || line->kernel < 0))
		line = line->next;
	return line;
}

static void take_questions(struct taking *taking)
{
	struct relay *relay = taking->relay;
	struct sockaddr_nl source;
	socklen_t length = sizeof(source);
	ssize_t size;

	while ((size = recvfrom(relay->hub, taking->bytes, MESSAGE_DATA_MAX, MSG_DONTWAIT,
				(struct sockaddr *)&source, &length)) >= 0 ||
	       errno == ENOBUFS) {
		struct line *line = size < 0 ? NULL : line_at(relay, source.nl_pid);

		length = sizeof(source);
		if (!line)
			continue; /* it is not from the program */
		ask_all(relay, line, taking->bytes, (size_t)size);
		take_answers(taking, line);
	}
}

/* Sets the timer if a line has to wait. It fires once. */
static void set_timer(const struct relay *relay)
{
	struct itimerspec setting = {.it_value = {.tv_nsec = RETRY_INTERVAL * 1000000L}};

	for (const struct line *line = relay->lines; line; line = line->next)
		if (line->kernel >= 0 && line->pending) {
			(void)timerfd_settime(relay->timer, 0, &setting, NULL); /* it is right */
			return;
		}
}

/* Tries again to send what is pending, and goes on with the line if that is sent. */
static void retry(struct taking *taking, struct line *line)
{
	int r = send_to(taking->relay, line, line->pending, line->pending_size);

	if (r == -EAGAIN)
		return;
	free(line->pending);
	line->pending = NULL;
	if (r == -ECONNREFUSED) {
		hang_up(line);
		return;
	}
	listen_to_kernel(taking->relay, line, true);
	take_answers(taking, line);
}

static void retry_all(struct taking *taking)
{
	uint64_t times;

	if (read(taking->relay->timer, &times, sizeof(times)) < 0) /* ends its readiness */
		return;
	for (struct line *line = taking->relay->lines; line; line = line->next)
		if (line->kernel >= 0 && line->pending)
			retry(taking, line);
}

/* The pin as it is now: its interface may have been made anew, and have another index. */
static void look(struct supervisor *supervisor, struct taking *taking)
{
	const struct pin *pin = live_pin_refresh(&supervisor->pin);

	if (pin_refresh(pin, &taking->pin) < 0)
		taking->pin = *pin;
	taking->view = view_of(&taking->pin);
}

void relay_take(struct supervisor *supervisor)
{
	struct taking taking = {.relay = &supervisor->relay, .bytes = supervisor->room.data};
	struct epoll_event ready[32];
	int count = epoll_wait(taking.relay->epoll, ready, sizeof(ready) / sizeof(ready[0]), 0);

	if (count <= 0)
		return;
	look(supervisor, &taking);
	for (int i = 0; i < count; i++) {
		void *source = ready[i].data.ptr;

		if (!source)
			take_questions(&taking);
		else if (source == taking.relay)
			retry_all(&taking);
		else
			take_answers(&taking, source);
	}
	sweep(taking.relay);
	set_timer(taking.relay);
}
