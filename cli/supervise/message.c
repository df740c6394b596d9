/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes messages. The layouts of a 32-bit program on a 64-bit machine are those of
 * include/net/compat.h in the kernel: all words and pointers have 4 bytes, and control messages are
 * aligned to 4 bytes.
 */
#include "supervise/message.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "supervise/caller.h"

struct msghdr_32 {
	uint32_t name, name_length, parts, part_count, control, control_length, flags;
};

struct mmsghdr_32 {
	struct msghdr_32 header;
	uint32_t length;
};

struct cmsghdr_32 {
	uint32_t length;
	int32_t level, type;
};

/* What a header of either layout says of the parts. */
struct header {
	uint64_t parts;
	uint64_t part_count;
};

static uint64_t address_of(const void *pointer)
{
	return (uintptr_t)pointer;
}

static int read_header_32(const struct call *call, uint64_t at, struct message_view *view,
			  struct header *ret_header)
{
	struct msghdr_32 header;
	int r = caller_read(call->notice, at, &header, sizeof(header));

	if (r < 0)
		return r;
	view->name = header.name;
	view->name_length = header.name_length;
	view->control = header.control;
	view->control_length = header.control_length;
	*ret_header = (struct header){header.parts, header.part_count};
	return 0;
}

static int read_header(const struct call *call, uint64_t at, struct message_view *view,
		       struct header *ret_header)
{
	struct msghdr header;

	if (call->is_32)
		return read_header_32(call, at, view, ret_header);
	int r = caller_read(call->notice, at, &header, sizeof(header));
	if (r < 0)
		return r;
	view->name = address_of(header.msg_name);
	view->name_length = header.msg_namelen;
	view->control = address_of(header.msg_control);
	view->control_length = header.msg_controllen;
	*ret_header = (struct header){address_of(header.msg_iov), header.msg_iovlen};
	return 0;
}

static void set_part(struct iovec *part, uint64_t base, size_t length)
{
	uintptr_t at = (uintptr_t)base;

	memcpy(&part->iov_base, &at, sizeof(at)); /* a pointer into the caller's memory */
	part->iov_len = length;
}

static int read_parts_32(const struct call *call, uint64_t at, struct message_room *room)
{
	struct message_view *view = &room->view;
	const struct message_part_32 *parts = room->parts_32;
	int r = caller_read(call->notice, at, room->parts_32, view->part_count * sizeof(parts[0]));

	for (size_t i = 0; r == 0 && i < view->part_count; i++) {
		if ((int32_t)parts[i].length < 0)
			return -EINVAL;
		set_part(&view->parts[i], parts[i].base, parts[i].length);
	}
	return r;
}

static int read_parts(const struct call *call, uint64_t at, struct message_room *room)
{
	struct message_view *view = &room->view;

	if (call->is_32)
		return read_parts_32(call, at, room);
	return caller_read(call->notice, at, view->parts,
			   view->part_count * sizeof(view->parts[0]));
}

/* Sets view->size. Parts are cut to what one call may transfer (MAX_RW_COUNT in the kernel). */
static int add_up(struct message_view *view)
{
	size_t limit = INT_MAX & ~4095U;

	view->size = 0;
	for (size_t i = 0; i < view->part_count; i++) {
		struct iovec *part = &view->parts[i];

		if ((ssize_t)part->iov_len < 0)
			return -EINVAL;
		if (part->iov_len > limit - view->size)
			part->iov_len = limit - view->size;
		view->size += part->iov_len;
	}
	return 0;
}

/*
 * As copy_msghdr_from_user() in the kernel: a name that is too long is cut, although sendto(2)
 * refuses one.
 */
int message_read(const struct call *call, uint64_t at, struct message_room *room)
{
	struct message_view *view = &room->view;
	struct header header;
	int r = read_header(call, at, view, &header);

	if (r < 0)
		return r;
	if (view->name == 0)
		view->name_length = 0;
	if ((int)view->name_length < 0)
		return -EINVAL;
	if (view->name_length > sizeof(struct sockaddr_storage))
		view->name_length = sizeof(struct sockaddr_storage);
	if (header.part_count > MESSAGE_PARTS_MAX)
		return -EMSGSIZE;
	view->part_count = header.part_count;
	r = read_parts(call, header.parts, room);
	return r < 0 ? r : add_up(view);
}

void message_view_of(uint64_t data, size_t size, uint64_t name, socklen_t name_length,
		     struct message_view *ret_view)
{
	ret_view->name = name;
	ret_view->name_length = name_length;
	ret_view->control = 0;
	ret_view->control_length = 0;
	ret_view->part_count = 1;
	set_part(&ret_view->parts[0], data, size);
	ret_view->size = size;
}

uint64_t message_at(const struct call *call, uint64_t vector, size_t which)
{
	size_t size = call->is_32 ? sizeof(struct mmsghdr_32) : sizeof(struct mmsghdr);

	return vector + which * size;
}

int message_write_length(const struct call *call, uint64_t at, uint32_t length)
{
	size_t offset = call->is_32 ? offsetof(struct mmsghdr_32, length)
				    : offsetof(struct mmsghdr, msg_len);

	return caller_write(call->notice, at + offset, &length, sizeof(length));
}

/* Lists the parts from an offset on. Returns how many there are. */
static size_t parts_from(const struct message_view *view, size_t offset, struct iovec *parts)
{
	size_t count = 0;

	for (size_t i = 0; i < view->part_count; i++) {
		const struct iovec *part = &view->parts[i];

		if (offset >= part->iov_len) {
			offset -= part->iov_len;
			continue;
		}
		parts[count].iov_base = part->iov_base;
		if (offset > 0) /* not NULL + 0, which C leaves undefined */
			parts[count].iov_base = (char *)part->iov_base + offset;
		parts[count++].iov_len = part->iov_len - offset;
		offset = 0;
	}
	return count;
}

int message_read_data(const struct call *call, struct message_room *room, size_t offset,
		      size_t size)
{
	size_t count = parts_from(&room->view, offset, room->rest);

	return caller_read_parts(call->notice, room->rest, count, room->data, size);
}

int message_write_data(const struct call *call, const struct message_room *room, size_t size)
{
	return caller_write_parts(call->notice, room->view.parts, room->view.part_count, room->data,
				  size);
}

static int write_result_32(const struct call *call, uint64_t at, const struct msghdr *message)
{
	uint32_t rest[] = {0, (uint32_t)message->msg_flags}; /* control_length and flags */

	return caller_write(call->notice, at + offsetof(struct msghdr_32, control_length), rest,
			    sizeof(rest));
}

static int write_result(const struct call *call, uint64_t at, const struct message_view *view,
			const struct msghdr *message)
{
	const struct notice *notice = call->notice;
	int r = 0;

	if (message->msg_controllen > 0)
		r = caller_write(notice, view->control, message->msg_control,
				 message->msg_controllen);
	if (r == 0)
		r = caller_write(notice, at + offsetof(struct msghdr, msg_controllen),
				 &message->msg_controllen, sizeof(message->msg_controllen));
	if (r == 0)
		r = caller_write(notice, at + offsetof(struct msghdr, msg_flags),
				 &message->msg_flags, sizeof(message->msg_flags));
	return r;
}

int message_write_result(const struct call *call, uint64_t at, const struct message_view *view,
			 const struct msghdr *message)
{
	size_t offset = call->is_32 ? offsetof(struct msghdr_32, name_length)
				    : offsetof(struct msghdr, msg_namelen);
	int r = 0;

	if (view->name != 0)
		r = caller_write(call->notice, at + offset, &message->msg_namelen,
				 sizeof(message->msg_namelen));
	if (r < 0)
		return r;
	return call->is_32 ? write_result_32(call, at, message)
			   : write_result(call, at, view, message);
}

/*
 * Copies control messages of the 32-bit layout to this machine's. Returns the length that they have
 * there, or -errno.
 */
static ssize_t widen(const unsigned char *narrow, size_t length, unsigned char *wide)
{
	size_t at = 0, end = 0;

	while (length - at >= sizeof(struct cmsghdr_32)) {
		struct cmsghdr_32 header;

		memcpy(&header, narrow + at, sizeof(header));
		if (header.length < sizeof(header) || header.length > length - at)
			return -EINVAL;
		size_t size = header.length - sizeof(header);
		struct cmsghdr whole = {.cmsg_len = CMSG_LEN(size),
					.cmsg_level = header.level,
					.cmsg_type = header.type};
		if (CMSG_SPACE(size) > MESSAGE_CONTROL_MAX - end)
			return -ENOBUFS;
		memset(wide + end, 0, CMSG_SPACE(size));
		memcpy(wide + end, &whole, sizeof(whole));
		memcpy(wide + end + CMSG_LEN(0), narrow + at + sizeof(header), size);
		end += CMSG_SPACE(size);
		size_t step = (header.length + 3U) & ~3U;
		if (step >= length - at)
			break;
		at += step;
	}
	return end == 0 ? -EINVAL : (ssize_t)end;
}

int message_read_control(const struct call *call, struct message_room *room, size_t *ret_length)
{
	size_t length = room->view.control_length;
	unsigned char *buffer = call->is_32 ? room->control_32 : room->control;

	if (length > MESSAGE_CONTROL_MAX)
		return -ENOBUFS;
	if (length == 0) {
		*ret_length = 0;
		return 0;
	}
	int r = caller_read(call->notice, room->view.control, buffer, length);
	if (r < 0)
		return r;
	ssize_t wide = call->is_32 ? widen(buffer, length, room->control) : (ssize_t)length;
	if (wide < 0)
		return (int)wide;
	*ret_length = (size_t)wide;
	return 0;
}
