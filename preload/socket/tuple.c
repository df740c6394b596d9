/* SPDX-License-Identifier: MIT */
/*
 * Asks the kernel for connections by direct system calls, as local.c does. A TCP socket that was
 * bound to a port by its number can never be bound to another port (SOCK_BINDPORT_LOCK). So we must
 * know before the bind that a shared port is free towards the peer: connect(2) would tell it too
 * late.
 */
#include "socket/tuple.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "socket/sys.h"

struct question {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

struct answer {
	struct nlmsghdr header;
	struct inet_diag_msg body;
};

int tuple_open(void)
{
	return sys_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

/* Here an IPv4 address is in the first four bytes, in its mapped form in the last four. */
static void put_address(const struct ip *ip, __be32 place[4])
{
	size_t skip = ip_is_v4(ip) ? 12 : 0;
	memcpy(place, ip->bytes + skip, sizeof(ip->bytes) - skip);
}

bool tuple_is_taken(int diag, const struct endpoint *local, const struct endpoint *peer,
		    unsigned int device)
{
	struct question question = {
		.header = {.nlmsg_len = sizeof(question),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST},
		.body = {.sdiag_family = ip_is_v4(&peer->ip) ? AF_INET : AF_INET6,
			 .sdiag_protocol = IPPROTO_TCP,
			 .id = {.idiag_sport = htons(local->port),
				.idiag_dport = htons(peer->port),
				.idiag_if = device,
				.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
	};
	struct answer answer;

	put_address(&local->ip, question.body.id.idiag_src);
	put_address(&peer->ip, question.body.id.idiag_dst);
	if (sys_send(diag, &question, sizeof(question)) < 0)
		return false;
	ssize_t length = sys_receive(diag, &answer, sizeof(answer));
	/* A listener on that port is an answer as well, but it has no peer. */
	return length == (ssize_t)sizeof(answer) &&
	       answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY &&
	       answer.body.id.idiag_dport == question.body.id.idiag_dport;
}

int tuple_source(const struct endpoint *peer, struct endpoint *ret_local)
{
	int fd = sys_socket(peer->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	int r = sys_connect(fd, peer);
	if (r == 0)
		r = sys_getsockname(fd, ret_local);
	sys_close(fd);
	return r;
}
