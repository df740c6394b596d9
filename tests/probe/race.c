/* SPDX-License-Identifier: MIT */
/*
 * Threads share one datagram socket: one keeps sending to a remote peer, and each of the others
 * moves the socket in its own WAY. Prints how many datagrams were sent, and the result of a last
 * one after the other threads have ended: "ok", or the error's name.
 *
 * usage: race 4|6|m ROUNDS WAY...
 *   m            an IPv6 socket with v4-mapped peers
 *   disconnect   connects to the remote peer, and to AF_UNSPEC
 *   local        sends to loopback
 *   connect      connects to loopback, sends, and connects to the remote peer
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { WAYS_MAX = 4 };

struct name {
	struct sockaddr_storage address;
	socklen_t length;
};

static int fd;
static struct name remote, local;
static long rounds;
static atomic_int left;

static struct name name_of(int family, const char *text)
{
	struct name name = {.address.ss_family = (sa_family_t)family};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&name.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&name.address;
	void *ip = family == AF_INET ? (void *)&v4->sin_addr : (void *)&v6->sin6_addr;

	v4->sin_port = htons(9); /* the port lies at the same place in both */
	if (inet_pton(family, text, ip) != 1)
		exit(2);
	name.length = family == AF_INET ? sizeof(*v4) : sizeof(*v6);
	return name;
}

static bool send_to(const struct name *peer)
{
	return sendto(fd, "x", 1, 0, (const struct sockaddr *)&peer->address, peer->length) == 1;
}

static bool send_message(const struct name *peer)
{
	struct iovec part = {.iov_base = (char[]){'y'}, .iov_len = 1};
	struct msghdr message = {.msg_name = (void *)&peer->address,
				 .msg_namelen = peer->length,
				 .msg_iov = &part,
				 .msg_iovlen = 1};

	return sendmsg(fd, &message, 0) == 1;
}

static void connect_to(const struct name *peer)
{
	(void)connect(fd, (const struct sockaddr *)&peer->address, peer->length);
}

static void disconnect(void)
{
	struct sockaddr unspecified = {.sa_family = AF_UNSPEC};

	(void)connect(fd, &unspecified, sizeof(unspecified));
}

static void *stir(void *way)
{
	for (long i = 0; i < rounds; i++) {
		if (strcmp(way, "local") == 0) {
			(void)send_to(&local);
			continue;
		}
		if (strcmp(way, "connect") == 0) {
			connect_to(&local);
			(void)send(fd, "l", 1, 0);
		}
		connect_to(&remote);
		(void)send(fd, "r", 1, 0);
		if (strcmp(way, "disconnect") == 0)
			disconnect();
	}
	atomic_fetch_sub(&left, 1);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[WAYS_MAX];
	long sent = 0;

	if (argc < 4 || argc > 3 + WAYS_MAX)
		return 2;
	bool is_v4 = strcmp(argv[1], "4") == 0, is_mapped = strcmp(argv[1], "m") == 0;
	int family = is_v4 ? AF_INET : AF_INET6;
	rounds = strtol(argv[2], NULL, 10);
	remote = name_of(family, is_v4       ? "192.0.2.1"
				 : is_mapped ? "::ffff:192.0.2.1"
					     : "2001:db8:9::1");
	local = name_of(family, is_v4 ? "127.0.0.1" : is_mapped ? "::ffff:127.0.0.1" : "::1");
	fd = socket(family, SOCK_DGRAM, 0);
	atomic_store(&left, argc - 3);
	for (int i = 3; i < argc; i++)
		if (fd < 0 || pthread_create(&threads[i - 3], NULL, stir, argv[i]) != 0)
			return 1;
	do {
		sent += send_message(&remote);
		sent += send_to(&remote);
	} while (atomic_load(&left) > 0);
	for (int i = 3; i < argc; i++)
		(void)pthread_join(threads[i - 3], NULL);
	disconnect();
	printf("%ld %s\n", sent, send_to(&remote) ? "ok" : strerrorname_np(errno));
	return 0;
}
