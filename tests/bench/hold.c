/* SPDX-License-Identifier: MIT */
/*
 * usage: hold COUNT ADDRESS PORT [own|port-first OWN_ADDRESS]: opens COUNT connections to four
 * ports from PORT on, keeps all of them, and prints how many there are when the first fails. With
 * OWN_ADDRESS it binds to that itself, without taking a port (own), or taking a port first as older
 * launchers do (port-first).
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loop.h"

enum { PORTS = 4 };

static int bind_own(int fd, const struct address *own, bool takes_port)
{
	int on = 1;

	if (own->length == 0)
		return 0;
	if (!takes_port && setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) < 0)
		return -1;
	return bind(fd, (const struct sockaddr *)&own->bytes, own->length);
}

static bool hold_one(const struct address *peer, const struct address *own, bool takes_port)
{
	static const struct linger reset = {.l_onoff = 1}; /* the next variant needs the ports */
	int fd = socket(peer->bytes.ss_family, SOCK_STREAM, 0);

	return fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) == 0 &&
	       bind_own(fd, own, takes_port) == 0 &&
	       connect(fd, (const struct sockaddr *)&peer->bytes, peer->length) == 0;
}

/* Opens the connections of one process, which may lack descriptors for all. They end with it. */
static long hold_port(long count, const struct address *peer, const struct address *own,
		      bool takes_port)
{
	struct rlimit files;
	long held = 0;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files); /* then it holds and reports fewer */
	}
	while (held < count && hold_one(peer, own, takes_port))
		held++;
	if (held < count)
		perror("hold");
	return held;
}

/* Writes to the pipe how many it has, and keeps them until the parent has ended. */
static void start_holder(long count, const struct address *peer, const struct address *own,
			 bool takes_port, const int reports[2], const int end[2])
{
	char byte;

	if (fork() != 0)
		return;
	close(end[1]);
	long held = hold_port(count, peer, own, takes_port);
	if (write(reports[1], &held, sizeof(held)) == sizeof(held))
		(void)read(end[0], &byte, 1); /* returns when the parent has ended */
	_exit(0);
}

int main(int argc, char **argv)
{
	struct address own = {.length = 0};
	bool takes_port = argc == 6 && strcmp(argv[4], "port-first") == 0;
	int reports[2], end[2];
	long held, sum = 0;

	if ((argc != 4 && argc != 6) || pipe(reports) < 0 || pipe(end) < 0) {
		fputs("usage: hold COUNT ADDRESS PORT [own|port-first OWN_ADDRESS]\n", stderr);
		return 2;
	}
	if (argc == 6)
		own = address_parse(argv[5], "0");
	for (long i = 0; i < PORTS; i++) {
		char port[16];

		snprintf(port, sizeof(port), "%ld", strtol(argv[3], NULL, 10) + i);
		struct address peer = address_parse(argv[2], port);
		start_holder(strtol(argv[1], NULL, 10) / PORTS, &peer, &own, takes_port, reports,
			     end);
	}
	for (long i = 0; i < PORTS && read(reports[0], &held, sizeof(held)) == sizeof(held); i++)
		sum += held;
	printf("%ld\n", sum);
	return 0;
}
