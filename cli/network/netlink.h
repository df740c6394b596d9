/* SPDX-License-Identifier: MIT */
/* A question to the kernel by rtnetlink(7). */
#ifndef BINDTO_NETLINK_H
#define BINDTO_NETLINK_H

#include <libmnl/libmnl.h>

/* Room for a request with a few attributes. */
union netlink_request {
	struct nlmsghdr header;
	char bytes[256];
};

typedef int netlink_callback(const struct nlmsghdr *message, void *context);

/*
 * Sends one request and gives its answers to callback, which returns what mnl_cb_run(3) takes.
 * Returns 0 or -errno: the kernel's own answer, or -EINTR for a dump that changed under way.
 */
int netlink_ask(struct nlmsghdr *request, netlink_callback *callback, void *context);

#endif
