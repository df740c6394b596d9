/* SPDX-License-Identifier: MIT */
/*
 * Asks the kernel whether memory can be read. rt_sigprocmask(2) copies its set before it looks at
 * `how`. If `how` does not exist, the call changes nothing, and fails with EFAULT if the set cannot
 * be read, else with EINVAL. No sandbox forbids this call.
 *
 * Pages that were readable are remembered, so that a loop of sends asks once. If a program unmaps a
 * page between two sends from it, that is a bug of the program.
 */
#include "readable.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "socket/sys_raw.h"

#define PAGE 4096UL  /* if the machine's pages are larger, a part of one */
#define SET_SIZE 8UL /* the only size that the kernel takes, in 32-bit programs too */
#define REMEMBERED 64

/* Holds the address of a known page plus one, so that 0 stands for no page. */
static _Atomic(uintptr_t) known[REMEMBERED];

static _Atomic(uintptr_t) *slot_of(uintptr_t page)
{
	return &known[page / PAGE % REMEMBERED];
}

static bool is_known(uintptr_t page)
{
	return atomic_load_explicit(slot_of(page), memory_order_relaxed) == page + 1;
}

static bool probe(uintptr_t page)
{
	/*
	 * Not at the page's start, because a set at address 0 would mean no set. By sys_raw(),
	 * because torsocks replaces syscall(3), and may itself have called the hook.
	 */
	long set = (long)(page + SET_SIZE);
	bool can_read = sys_raw(SYS_rt_sigprocmask, -1, set, 0, SET_SIZE, 0, 0) != -EFAULT;
	if (can_read)
		atomic_store_explicit(slot_of(page), page + 1, memory_order_relaxed);
	return can_read;
}

bool is_known_readable(const void *address, size_t size)
{
	uintptr_t first = (uintptr_t)address & ~(PAGE - 1);
	uintptr_t last = ((uintptr_t)address + size - 1) & ~(PAGE - 1);
	return first == last && is_known(first);
}

bool is_readable(const void *address, size_t size)
{
	uintptr_t first = (uintptr_t)address & ~(PAGE - 1);
	uintptr_t last = ((uintptr_t)address + size - 1) & ~(PAGE - 1);
	if (size == 0)
		return true;
	if ((uintptr_t)address + size < (uintptr_t)address)
		return false;
	return (is_known(first) || probe(first)) &&
	       (last == first || is_known(last) || probe(last));
}

size_t readable_part(const void *address, size_t size)
{
	size_t first = PAGE - ((uintptr_t)address & (PAGE - 1));
	if (is_readable(address, size))
		return size;
	return first < size && is_readable(address, first) ? first : 0;
}
