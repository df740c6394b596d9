/* SPDX-License-Identifier: MIT */
/*
 * rt_sigprocmask(2) copies its set in before it looks at `how`: with a `how` that does not exist
 * it changes nothing and tells EFAULT (cannot be read) from EINVAL (can). No sandbox forbids it.
 * Pages found readable are remembered, so that a loop of sends asks once and then never again: a
 * page that the program unmaps between two sends from it would have to be a bug of its own.
 */
#include "readable.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "socket/sys_raw.h"

#define PAGE 4096UL  /* or a part of a larger one */
#define SET_SIZE 8UL /* what the kernel insists on, in 32 bit too */
#define REMEMBERED 64

/* What is known is one more than where a page starts, so that nothing is known at first. */
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
	/* Not at the page's start: a set at address 0 is none. By sys_raw(): torsocks replaces
	 * syscall(3), and its own start may have led here. */
	long set = (long)(page + SET_SIZE);
	bool readable = sys_raw(SYS_rt_sigprocmask, -1, set, 0, SET_SIZE, 0, 0) != -EFAULT;
	if (readable)
		atomic_store_explicit(slot_of(page), page + 1, memory_order_relaxed);
	return readable;
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
