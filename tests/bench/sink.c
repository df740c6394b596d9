/* SPDX-License-Identifier: MIT */
/*
 * usage: sink close|hold PORT COUNT READY_FILE: accepts on COUNT ports from PORT on, a process for
 * each, over both families, and closes each connection at once, or when the other end does.
 * The socket for datagrams to PORT has little room and drops what does not fit, so that no ICMP
 * answer disturbs the sender.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

__attribute__((noreturn)) static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static int bound(int type, long port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int off = 0;
	int fd = socket(AF_INET6, type | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0 ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
		fail("bind");
	return fd;
}

static void swallow_datagrams(long port)
{
	int least = 1;

	if (setsockopt(bound(SOCK_DGRAM, port), SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)) < 0)
		fail("setsockopt");
}

static void watch(int poller, int fd)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = fd};

	if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0)
		fail("epoll_ctl");
}

/* Keeps each connection until the other end closes it. */
static void accept_all(int poller, int listener, bool holds)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		if (holds)
			watch(poller, fd);
		else
			(void)close(fd);
	}
	if (errno == EMFILE)
		fail("accept");
}

static void tell_ready(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || close(fd) < 0)
		fail(path);
}

__attribute__((noreturn)) static void serve(int listener, bool holds)
{
	struct epoll_event events[64];
	struct rlimit files;
	int poller = epoll_create1(0), count;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files); /* then it holds fewer */
	}
	watch(poller, listener);
	while ((count = epoll_wait(poller, events, 64, -1)) > 0)
		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == listener)
				accept_all(poller, listener, holds);
			else
				(void)close(events[i].data.fd);
		}
	fail("epoll_wait");
}

int main(int argc, char **argv)
{
	bool holds = argc == 5 && strcmp(argv[1], "hold") == 0;
	long count = argc == 5 ? strtol(argv[3], NULL, 10) : 0;

	if (count < 1) {
		fputs("usage: sink close|hold PORT COUNT READY_FILE\n", stderr);
		return 2;
	}
	long port = strtol(argv[2], NULL, 10);
	swallow_datagrams(port);
	for (long i = 0; i < count; i++) {
		int listener = bound(SOCK_STREAM, port + i);

		if (listen(listener, BACKLOG) < 0)
			fail("listen");
		if (fork() == 0)
			serve(listener, holds);
		(void)close(listener); /* the child's */
	}
	tell_ready(argv[4]);
	while (wait(NULL) > 0)
		;
	return 1;
}
