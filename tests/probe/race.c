/* SPDX-License-Identifier: MIT */
/*
 * Two threads with one datagram socket: one connects and disconnects it, or sends to this host, and
 * the other sends to a remote peer all the while. Prints how many of those were sent.
 * usage: race 4|6 disconnect|local ROUNDS
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct name {
	struct sockaddr_storage address;
	socklen_t length;
};

static int fd;
static struct name remote, local;
static bool disconnects;
static long rounds;
static atomic_bool is_over;

static struct name name_of(int family, const char *text)
{
	struct name name = {.address.ss_family = (sa_family_t)family};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&name.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&name.address;
	void *ip = family == AF_INET ? (void *)&v4->sin_addr : (void *)&v6->sin6_addr;

	v4->sin_port = htons(9); /* at the same place in both */
	if (inet_pton(family, text, ip) != 1)
		exit(2);
	name.length = family == AF_INET ? sizeof(*v4) : sizeof(*v6);
	return name;
}

static void *stir(void *unused)
{
	struct sockaddr unspecified = {.sa_family = AF_UNSPEC};

	(void)unused;
	for (long i = 0; i < rounds; i++) {
		if (!disconnects) {
			(void)sendto(fd, "x", 1, 0, (struct sockaddr *)&local.address,
				     local.length);
			continue;
		}
		(void)connect(fd, (struct sockaddr *)&remote.address, remote.length);
		(void)connect(fd, &unspecified, sizeof(unspecified));
	}
	atomic_store(&is_over, true);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	long sent = 0;

	if (argc != 4)
		return 2;
	int family = strcmp(argv[1], "4") == 0 ? AF_INET : AF_INET6;
	disconnects = strcmp(argv[2], "disconnect") == 0;
	rounds = strtol(argv[3], NULL, 10);
	remote = name_of(family, family == AF_INET ? "192.0.2.1" : "2001:db8:9::1");
	local = name_of(family, family == AF_INET ? "127.0.0.1" : "::1");
	fd = socket(family, SOCK_DGRAM, 0);
	if (fd < 0 || pthread_create(&thread, NULL, stir, NULL) != 0)
		return 1;
	struct iovec part = {.iov_base = (char[]){'y'}, .iov_len = 1};
	struct msghdr message = {.msg_name = &remote.address,
				 .msg_namelen = remote.length,
				 .msg_iov = &part,
				 .msg_iovlen = 1};
	do {
		sent += sendmsg(fd, &message, 0) == 1;
		sent += sendto(fd, "z", 1, 0, (struct sockaddr *)&remote.address, remote.length) ==
			1;
	} while (!atomic_load(&is_over));
	(void)pthread_join(thread, NULL);
	printf("%ld\n", sent);
	return 0;
}
