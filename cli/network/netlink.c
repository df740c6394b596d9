/* SPDX-License-Identifier: MIT */
/*
 * Opens one netlink socket for each question. Questions are few, and no socket stays open that the
 * program could inherit.
 */
#include "network/netlink.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/cleanup.h"

/* As large as the kernel's own buffer for dumps. MNL_SOCKET_BUFFER_SIZE is at most 8 KiB. */
enum { ANSWER_SIZE = 32768 };

static void cleanup_netlink(struct mnl_socket **netlink)
{
	if (*netlink)
		(void)mnl_socket_close(*netlink);
}

static int receive(struct mnl_socket *netlink, uint32_t sequence, netlink_callback *callback,
		   void *context)
{
	AUTO_FREE void *buffer = alloc_array(1, ANSWER_SIZE);
	uint32_t port = mnl_socket_get_portid(netlink);
	int more = MNL_CB_OK;

	while (more > MNL_CB_STOP) {
		ssize_t length = mnl_socket_recvfrom(netlink, buffer, ANSWER_SIZE);

		if (length < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)length, sequence, port, callback, context);
	}
	return more < 0 ? -errno : 0;
}

int netlink_ask(struct nlmsghdr *request, netlink_callback *callback, void *context)
{
	CLEANUP(cleanup_netlink)
	struct mnl_socket *netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (!netlink || mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	request->nlmsg_seq = 1;
	if (mnl_socket_sendto(netlink, request, request->nlmsg_len) < 0)
		return -errno;
	return receive(netlink, request->nlmsg_seq, callback, context);
}

int netlink_dump(uint16_t type, size_t header_size, void (*begin)(void *context),
		 netlink_callback *callback, void *context)
{
	union netlink_request buffer;
	int r;

	do {
		struct nlmsghdr *request = mnl_nlmsg_put_header(&buffer);

		begin(context);
		request->nlmsg_type = type;
		request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		mnl_nlmsg_put_extra_header(request, header_size); /* zeros: of every family */
		r = netlink_ask(request, callback, context);
	} while (r == -EINTR); /* the list changed (NLM_F_DUMP_INTR) */
	return r;
}
