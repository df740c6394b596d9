/* SPDX-License-Identifier: MIT */
/*
 * Passes questions from the program's rtnetlink sockets to the kernel, and what the view shows of
 * the kernel's answers and events back. The supervisor asks with its own rights, so only questions
 * pass, and no change.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "pin/view.h"
#include "supervise/supervisor.h"

/*
 * The kernel makes the parts of a dump as long as the longest receive on the socket. Programs count
 * on parts that fit into a page.
 */
enum { PART_SIZE = 4096, RETRY_INTERVAL = 100 /* ms */ };

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
		relay_hang_up(line); /* the program would wait for an answer that it never gets */
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
	struct sockaddr_nl address = relay_address(line->port);
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
		relay_hang_up(line);
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

static void take_questions(struct taking *taking)
{
	struct relay *relay = taking->relay;
	struct sockaddr_nl source = {0};
	socklen_t length = sizeof(source);
	ssize_t size;

	while ((size = recvfrom(relay->hub, taking->bytes, MESSAGE_DATA_MAX, MSG_DONTWAIT,
				(struct sockaddr *)&source, &length)) >= 0 ||
	       errno == ENOBUFS) {
		struct line *line = size < 0 ? NULL : relay_at(relay, source.nl_pid);

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
		relay_hang_up(line);
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

void relay_take(struct supervisor *supervisor)
{
	struct taking taking = {.relay = &supervisor->relay, .bytes = supervisor->room.data};
	struct epoll_event ready[32];
	int count = epoll_wait(taking.relay->epoll, ready, sizeof(ready) / sizeof(ready[0]), 0);

	if (count <= 0)
		return;
	taking.view = live_pin_view(&supervisor->pin, &taking.pin);
	for (int i = 0; i < count; i++) {
		void *source = ready[i].data.ptr;

		if (!source)
			take_questions(&taking);
		else if (source == taking.relay)
			retry_all(&taking);
		else
			take_answers(&taking, source);
	}
	relay_sweep(taking.relay);
	set_timer(taking.relay);
}
