/* SPDX-License-Identifier: MIT */
/*
 * A message of sendmsg(2) and its like in the caller's memory, in the layout of the caller's ABI.
 * If a thread of the caller's changes it meanwhile, what was read is what counts.
 */
#ifndef BINDTO_MESSAGE_H
#define BINDTO_MESSAGE_H

#include <sys/uio.h>

#include "supervise/call.h"

enum {
	MESSAGE_PARTS_MAX = 1024,    /* UIO_MAXIOV of the kernel, and IOV_MAX */
	MESSAGE_DATA_MAX = 65536,    /* no datagram is longer */
	MESSAGE_CONTROL_MAX = 16384, /* the kernel's own limit is net.core.optmem_max */
};

struct message_view {
	uint64_t name, control; /* where they are in the caller's memory */
	socklen_t name_length;
	size_t control_length;
	size_t size; /* of the data, all parts together */
	size_t part_count;
	struct iovec parts[MESSAGE_PARTS_MAX]; /* in the caller's memory */
};

/* Reads a struct msghdr at an address. Returns 0, or -errno as the kernel has it. */
int message_read(const struct call *call, uint64_t at, struct message_view *ret_view);

/* The same for a call that has its one part and its name in its arguments. */
void message_view_of(uint64_t data, size_t size, uint64_t name, socklen_t name_length,
		     struct message_view *ret_view);

/* Where the which-th of an array of struct mmsghdr is, and its msg_len. */
uint64_t message_at(const struct call *call, uint64_t vector, size_t which);
int message_write_length(const struct call *call, uint64_t at, uint32_t length);

/* Copies the data from an offset on: size bytes that there are. Returns 0 or -errno. */
int message_read_data(const struct call *call, const struct message_view *view, size_t offset,
		      void *buffer, size_t size);

/*
 * Copies the control messages, in this machine's layout, to MESSAGE_CONTROL_MAX bytes. Returns 0
 * or -errno as the kernel has it; *ret_length gets their length.
 */
int message_read_control(const struct call *call, const struct message_view *view,
			 unsigned char *buffer, size_t *ret_length);

/* Copies data to where the caller wants it: size bytes, for which there is room. */
int message_write_data(const struct call *call, const struct message_view *view, const void *data,
		       size_t size);

/*
 * Writes what recvmsg(2) tells: the lengths of name and control messages, the control messages of
 * message, and its flags.
 */
int message_write_result(const struct call *call, uint64_t at, const struct message_view *view,
			 const struct msghdr *message);

#endif
