/* SPDX-License-Identifier: MIT */
/*
 * A message of sendmsg(2), recvmsg(2) and their like in the caller's memory, in the layout of the
 * caller's ABI. Another thread of the program may change it at any time, so each part of it is read
 * once, and only the copy is judged and used.
 */
#ifndef BINDTO_MESSAGE_H
#define BINDTO_MESSAGE_H

#include <sys/socket.h>
#include <sys/uio.h>

#include "pin/control.h"
#include "supervise/call.h"

enum {
	MESSAGE_PARTS_MAX = 1024,    /* UIO_MAXIOV of the kernel, and IOV_MAX */
	MESSAGE_DATA_MAX = 65536,    /* no datagram is longer */
	MESSAGE_CONTROL_MAX = 16384, /* the kernel's own limit is net.core.optmem_max */
};

/* Where a message is in the caller's memory. */
struct message_view {
	uint64_t name, control;
	socklen_t name_length;
	size_t control_length;
	size_t size; /* of the data, all parts together */
	size_t part_count;
	struct iovec parts[MESSAGE_PARTS_MAX];
};

/* Struct iovec of a 32-bit program. */
struct message_part_32 {
	uint32_t base, length;
};

/*
 * Room for one message, too large for a stack. The supervisor carries out one call at a time, and
 * nothing in here outlasts the call.
 */
struct message_room {
	struct message_view view;
	unsigned char data[MESSAGE_DATA_MAX];
	_Alignas(struct cmsghdr) unsigned char control[MESSAGE_CONTROL_MAX];
	unsigned char pinned_control[CONTROL_SIZE]; /* control_prepare()'s copy */
	/* For message.c: */
	unsigned char control_32[MESSAGE_CONTROL_MAX];
	struct message_part_32 parts_32[MESSAGE_PARTS_MAX];
	struct iovec rest[MESSAGE_PARTS_MAX];
};

/* Reads a struct msghdr at an address to room->view. Returns 0, or -errno as the kernel would. */
int message_read(const struct call *call, uint64_t at, struct message_room *room);

/* Fills *ret_view for a call that has its one part and its name in its arguments. */
void message_view_of(uint64_t data, size_t size, uint64_t name, socklen_t name_length,
		     struct message_view *ret_view);

/* The address of the which-th struct mmsghdr of an array. */
uint64_t message_at(const struct call *call, uint64_t vector, size_t which);
/* Writes the msg_len of the struct mmsghdr at this address. Returns 0 or -errno. */
int message_write_length(const struct call *call, uint64_t at, uint32_t length);

/*
 * Copies size bytes of the message's data, which must have as many, from an offset on to
 * room->data. Returns 0 or -errno.
 */
int message_read_data(const struct call *call, struct message_room *room, size_t offset,
		      size_t size);

/*
 * Copies the control messages to room->control, in this machine's layout. Returns 0, or -errno as
 * the kernel would; *ret_length gets their length.
 */
int message_read_control(const struct call *call, struct message_room *room, size_t *ret_length);

/*
 * Copies size bytes of room->data to where the caller wants the message's data, which must have
 * room for them. Returns 0 or -errno.
 */
int message_write_data(const struct call *call, const struct message_room *room, size_t size);

/*
 * Writes what recvmsg(2) tells to the struct msghdr at an address: the lengths of name and control
 * messages, the control messages of message, and its flags. Returns 0 or -errno.
 */
int message_write_result(const struct call *call, uint64_t at, const struct message_view *view,
			 const struct msghdr *message);

#endif
