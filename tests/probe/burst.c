/* SPDX-License-Identifier: MIT */
/*
 * usage: burst COUNT CALL ADDRESS PORT: sends COUNT datagrams from one socket by CALL (sendto,
 * sendmsg, sendmmsg, send), so that a test can count the system calls that each takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

static long send_one(const char *call, int fd, struct target *target)
{
	char byte = 'x';
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct mmsghdr message = {
		.msg_hdr = {.msg_name = &target->address,
			    .msg_namelen = target->length,
			    .msg_iov = &part,
			    .msg_iovlen = 1},
	};
	if (strcmp(call, "sendto") == 0)
		return sendto(fd, &byte, 1, 0, (struct sockaddr *)&target->address, target->length);
	if (strcmp(call, "sendmsg") == 0)
		return sendmsg(fd, &message.msg_hdr, 0);
	if (strcmp(call, "sendmmsg") == 0)
		return sendmmsg(fd, &message, 1, 0);
	return send(fd, &byte, 1, 0);
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fputs("usage: burst COUNT CALL ADDRESS PORT\n", stderr);
		return 2;
	}
	struct target target = probe_target(argv[3], argv[4]);
	int fd = probe_socket("udp", &target);
	long result = 0;
	if (strcmp(argv[2], "send") == 0)
		result = connect(fd, (struct sockaddr *)&target.address, target.length);
	for (long left = strtol(argv[1], NULL, 10); left > 0 && result >= 0; left--)
		result = send_one(argv[2], fd, &target);
	puts(probe_outcome(result));
	return 0;
}
