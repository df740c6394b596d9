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
#include <unistd.h>

#define PAGE 4096UL  /* or a part of a larger one */
#define SET_SIZE 8UL /* what the kernel insists on, in 32 bit too */
#define REMEMBERED 64

static bool probe(uintptr_t page)
{
	int saved = errno;
	/* Not at the page's start: a set at address 0 is none. */
	long r = syscall(SYS_rt_sigprocmask, -1, page + SET_SIZE, NULL, SET_SIZE);
	bool readable = r == 0 || errno != EFAULT;
	errno = saved;
	return readable;
}

static bool is_page_readable(uintptr_t page)
{
	static _Atomic(uintptr_t) known[REMEMBERED];
	_Atomic(uintptr_t) *slot = &known[page / PAGE % REMEMBERED];
	if (page != 0 && atomic_load_explicit(slot, memory_order_relaxed) == page)
		return true;
	if (!probe(page))
		return false;
	atomic_store_explicit(slot, page, memory_order_relaxed);
	return true;
}

bool is_readable(const void *address, size_t size)
{
	uintptr_t first = (uintptr_t)address & ~(PAGE - 1);
	uintptr_t last = ((uintptr_t)address + size - 1) & ~(PAGE - 1);
	if (size == 0)
		return true;
	if ((uintptr_t)address + size < (uintptr_t)address)
		return false;
	return is_page_readable(first) && (last == first || is_page_readable(last));
}
