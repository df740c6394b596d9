/* SPDX-License-Identifier: MIT */
/*
 * usage: sendmmsg udp|fd:N ADDRESS PORT — two datagrams in one sendmmsg(2); prints "OUTCOME SENT".
 */
#include <stdio.h>
#include <sys/socket.h>

#include "probe.h"

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;

	struct target target = probe_target(argv[2], argv[3]);
	int fd = probe_socket(argv[1], &target);
	struct iovec data = {.iov_base = (char[]){'x'}, .iov_len = 1};
	struct mmsghdr messages[2];

	for (size_t i = 0; i < 2; i++)
		messages[i] = (struct mmsghdr){
			.msg_hdr = {.msg_name = &target.address,
				    .msg_namelen = target.length,
				    .msg_iov = &data,
				    .msg_iovlen = 1},
		};
	int sent = sendmmsg(fd, messages, 2, 0);

	printf("%s %d\n", probe_outcome(sent), sent);
	return 0;
}
