/* SPDX-License-Identifier: MIT */
/*
 * The supervisor reads messages in a program's memory, whose every pointer, count and length comes
 * from the program. This process stands for the program; half of its pointers lead to memory.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "supervise/caller.h"
#include "supervise/message.h"

enum { PAGE = 4096 };

/* Below 4 GiB, for 32-bit programs; the page behind it is not mapped. */
static uint8_t *memory;

static int copy(uint64_t address, void *buffer, size_t size, bool writes)
{
	struct iovec here = {buffer, size}, there = {(void *)(uintptr_t)address, size};
	ssize_t done = size == 0 ? 0
		       : writes  ? process_vm_writev(getpid(), &here, 1, &there, 1, 0)
				 : process_vm_readv(getpid(), &here, 1, &there, 1, 0);

	return done < 0 ? -errno : (size_t)done == size ? 0 : -EFAULT;
}

static int copy_parts(const struct iovec *parts, size_t count, void *buffer, size_t size,
		      bool writes)
{
	uint8_t *at = buffer;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count && size > 0; i++) {
		size_t part = parts[i].iov_len < size ? parts[i].iov_len : size;
		r = copy((uintptr_t)parts[i].iov_base, at, part, writes);
		at += part;
		size -= part;
	}
	return r < 0 ? r : size > 0 ? -EFAULT : 0;
}

/* Memory that the program sends from is not written to. */
static void *writable(const void *data)
{
	void *same;

	memcpy(&same, &data, sizeof(data));
	return same;
}

int caller_read(const struct notice *notice, uint64_t address, void *buffer, size_t size)
{
	(void)notice;
	return copy(address, buffer, size, false);
}

int caller_write(const struct notice *notice, uint64_t address, const void *data, size_t size)
{
	(void)notice;
	return copy(address, writable(data), size, true);
}

int caller_read_parts(const struct notice *notice, const struct iovec *parts, size_t count,
		      void *buffer, size_t size)
{
	(void)notice;
	return copy_parts(parts, count, buffer, size, false);
}

int caller_write_parts(const struct notice *notice, const struct iovec *parts, size_t count,
		       const void *data, size_t size)
{
	(void)notice;
	return copy_parts(parts, count, writable(data), size, true);
}

/* Numbers of the input that begin with this byte are pointers into the memory. */
static void relocate(size_t width)
{
	for (size_t at = 0; at + width <= PAGE; at += width) {
		uint64_t address = (uintptr_t)memory;
		if (memory[at + width - 1] != 0xaa)
			continue;
		address += (memory[at] | (uint64_t)memory[at + 1] << 8) % (2 * PAGE);
		memcpy(memory + at, &address, width);
	}
}

static void read_message(const struct call *call)
{
	static struct message_room room;
	size_t length = 0;

	if (message_read(call, (uintptr_t)memory, &room) < 0)
		return;
	PROMISE(room.view.part_count <= MESSAGE_PARTS_MAX);
	if (room.view.size <= sizeof(room.data)) {
		(void)message_read_data(call, &room, 0, room.view.size);
		(void)message_write_data(call, &room, room.view.size);
	}
	if (message_read_control(call, &room, &length) == 0) {
		PROMISE(length <= sizeof(room.control));
		struct msghdr message = {.msg_control = room.control, .msg_controllen = length};
		(void)message_write_result(call, (uintptr_t)memory, &room.view, &message);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct notice notice = {.thread = getpid()};
	struct call call = {.notice = &notice};

	if (memory == NULL) {
		memory = mmap((void *)0x40000000, PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		PROMISE(memory != MAP_FAILED);
	}
	if (size == 0)
		return 0;
	call.is_32 = data[0] & 1;
	memset(memory, 0, PAGE);
	memcpy(memory, data + 1, size - 1 < PAGE ? size - 1 : PAGE);
	relocate(call.is_32 ? 4 : 8);
	read_message(&call);
	return 0;
}
