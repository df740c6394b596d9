/* SPDX-License-Identifier: MIT */
/*
 * usage: message CALL ADDRESS PORT SOURCE IFINDEX — sends two datagrams of two parts each, with a
 * control message that names SOURCE and IFINDEX. CALL is libc's sendmsg or sendmmsg, or `number` or
 * socketcall(2). Prints "OUTCOME RESULT", and the lengths that sendmmsg has written back.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.h"

enum { COUNT = 2, SOCKETCALL_SENDMSG = 16, SOCKETCALL_SENDMMSG = 20 };

union control {
	struct cmsghdr header;
	unsigned char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static socklen_t write_control(union control *control, const char *source, unsigned int index)
{
	struct in_pktinfo v4 = {.ipi_ifindex = (int)index};
	struct in6_pktinfo v6 = {.ipi6_ifindex = index};
	int is_v4 = inet_pton(AF_INET, source, &v4.ipi_spec_dst) == 1;
	socklen_t size = is_v4 ? sizeof(v4) : sizeof(v6);

	if (!is_v4 && inet_pton(AF_INET6, source, &v6.ipi6_addr) != 1)
		exit(2);
	memset(control, 0, sizeof(*control));
	control->header.cmsg_level = is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
	control->header.cmsg_type = is_v4 ? IP_PKTINFO : IPV6_PKTINFO;
	control->header.cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(&control->header), is_v4 ? (void *)&v4 : (void *)&v6, size);
	return (socklen_t)CMSG_SPACE(size);
}

static long by_socketcall(long call, unsigned long *arguments)
{
#ifdef SYS_socketcall
	return syscall(SYS_socketcall, call, arguments);
#else
	(void)call, (void)arguments;
	errno = ENOSYS;
	return -1;
#endif
}

static long carry_out(const char *call, int fd, struct mmsghdr *messages)
{
	unsigned long one[] = {(unsigned long)fd, (unsigned long)&messages[0].msg_hdr, 0};
	unsigned long all[] = {(unsigned long)fd, (unsigned long)messages, COUNT, 0};

	if (strcmp(call, "sendmsg") == 0)
		return sendmsg(fd, &messages[0].msg_hdr, 0);
	if (strcmp(call, "sendmmsg") == 0)
		return sendmmsg(fd, messages, COUNT, 0);
	if (strcmp(call, "number") == 0)
		return syscall(SYS_sendmsg, fd, &messages[0].msg_hdr, 0);
	if (strcmp(call, "socketcall") == 0)
		return by_socketcall(SOCKETCALL_SENDMSG, one);
	if (strcmp(call, "socketcalls") == 0)
		return by_socketcall(SOCKETCALL_SENDMMSG, all);
	exit(2);
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;

	struct target target = probe_target(argv[2], argv[3]);
	int fd = probe_socket("udp", &target);
	struct iovec parts[] = {{.iov_base = (char[]){'a', 'b'}, .iov_len = 2},
				{.iov_base = (char[]){'c', 'd', 'e'}, .iov_len = 3}};
	union control control;
	struct mmsghdr messages[COUNT];

	for (size_t i = 0; i < COUNT; i++)
		messages[i] = (struct mmsghdr){
			.msg_hdr = {.msg_name = &target.address,
				    .msg_namelen = target.length,
				    .msg_iov = parts,
				    .msg_iovlen = i + 1,
				    .msg_control = &control,
				    .msg_controllen = write_control(&control, argv[4],
								    (unsigned int)atoi(argv[5]))},
		};
	long result = carry_out(argv[1], fd, messages);
	printf("%s %ld %u %u\n", probe_outcome(result), result, messages[0].msg_len,
	       messages[1].msg_len);
	return 0;
}
