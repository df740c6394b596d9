/* SPDX-License-Identifier: MIT */
/* Asks the kernel by rtnetlink(7). */
#ifndef BINDTO_NETLINK_H
#define BINDTO_NETLINK_H

#include <libmnl/libmnl.h>

/* Has room for a request with a few attributes. */
union netlink_request {
	struct nlmsghdr header;
	char bytes[256];
};

typedef int netlink_callback(const struct nlmsghdr *message, void *context);

/*
 * Sends a request, and calls callback with each message of the answer. callback returns MNL_CB_OK,
 * MNL_CB_STOP or MNL_CB_ERROR (libmnl). Returns 0, or -errno as the kernel answered; -EINTR if a
 * dump changed while it was read.
 */
int netlink_ask(struct nlmsghdr *request, netlink_callback *callback, void *context);

/*
 * Asks for all there is of a kind, such as RTM_GETROUTE, whose messages have a header of that size, and
 * calls callback as netlink_ask() does. begin(context) is called before, and once more each time that
 * the kernel's list changed while it was read. Returns 0 or -errno.
 */
int netlink_dump(uint16_t type, size_t header_size, void (*begin)(void *context),
		 netlink_callback *callback, void *context);

#endif
