/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes a caller's memory, and duplicates its descriptors. The kernel allows both only
 * to a process with ptrace rights over the caller; if the caller made itself non-dumpable, only to
 * root (fact 12). Otherwise these functions return -EPERM.
 */
#include "supervise/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervise/call.h"
#include "supervise/supervisor.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* Linux 6.9 */
#endif

/* The kernel takes a pointer into the caller's memory in the form of one into ours. */
static struct iovec there_of(uint64_t address, size_t size)
{
	struct iovec there = {.iov_len = size};
	uintptr_t at = (uintptr_t)address;

	memcpy(&there.iov_base, &at, sizeof(at));
	return there;
}

int caller_read(const struct notice *notice, uint64_t address, void *buffer, size_t size)
{
	struct iovec there = there_of(address, size);

	return caller_read_parts(notice, &there, 1, buffer, size);
}

/* -errno. A container's filter that forbids a look says EPERM or ENOSYS. */
static int failure(void)
{
	return errno == ENOSYS ? -EPERM : -errno;
}

static int copy_parts(const struct notice *notice, const struct iovec *parts, size_t count,
		      void *buffer, size_t size)
{
	struct iovec here = {.iov_base = buffer, .iov_len = size};
	ssize_t got = 0;

	if (size > 0)
		got = process_vm_readv(notice->thread, &here, 1, parts, count, 0);
	if (got < 0)
		return failure();
	return (size_t)got == size ? 0 : -EFAULT;
}

int caller_read_parts(const struct notice *notice, const struct iovec *parts, size_t count,
		      void *buffer, size_t size)
{
	int r = copy_parts(notice, parts, count, buffer, size);

	return notify_is_waiting(notice) ? r : -ESRCH;
}

int caller_glance(const struct notice *notice, uint64_t address, void *buffer, size_t size)
{
	struct iovec there = there_of(address, size);

	return copy_parts(notice, &there, 1, buffer, size);
}

int caller_write(const struct notice *notice, uint64_t address, const void *data, size_t size)
{
	struct iovec there = there_of(address, size);

	return caller_write_parts(notice, &there, 1, data, size);
}

int caller_write_parts(const struct notice *notice, const struct iovec *parts, size_t count,
		       const void *data, size_t size)
{
	struct iovec here = {.iov_len = size};
	ssize_t put = 0;

	memcpy(&here.iov_base, &data, sizeof(data)); /* the kernel does not write to it */
	if (!notify_is_waiting(notice))
		return -ESRCH;
	if (size > 0)
		put = process_vm_writev(notice->thread, &here, 1, parts, count, 0);
	if (put < 0)
		return failure();
	return (size_t)put == size ? 0 : -EFAULT;
}

static int open_pidfd(pid_t id, unsigned int flags)
{
	int fd = (int)syscall(SYS_pidfd_open, id, flags);

	return fd < 0 ? -errno : fd;
}

static int get_descriptor(int holder, int fd)
{
	int copy = (int)syscall(SYS_pidfd_getfd, holder, fd, 0);

	return copy < 0 ? failure() : copy;
}

/*
 * Before Linux 6.9 the kernel opens a pidfd for a process only. Its first thread's descriptors then
 * stand for those of all its threads.
 */
static int get_from_process(const struct callers *callers, pid_t thread, int fd)
{
	pid_t process = caller_process(callers, thread);

	if (process < 0)
		return process;
	AUTO_CLOSE int holder = open_pidfd(process, 0);
	return holder < 0 ? holder : get_descriptor(holder, fd);
}

/*
 * Keeps the pidfds of threads that called before, because most calls come from few threads. A pidfd
 * stays its thread's for ever: if the thread is gone and another has its id, the kernel says ESRCH,
 * and the thread that has the id now is looked up.
 */
static int copy_descriptor(struct callers *callers, pid_t thread, int fd)
{
	size_t count = sizeof(callers->known) / sizeof(callers->known[0]);
	size_t slot = (size_t)thread % count;
	int copy = -ESRCH;

	if (callers->known[slot].thread == thread)
		copy = get_descriptor(callers->known[slot].holder, fd);
	if (copy != -ESRCH)
		return copy;
	int holder = open_pidfd(thread, PIDFD_THREAD);
	if (holder == -EINVAL)
		return get_from_process(callers, thread, fd);
	if (holder < 0)
		return holder;
	if (callers->known[slot].thread != 0)
		(void)close(callers->known[slot].holder); /* a pidfd has nothing to lose */
	callers->known[slot].thread = thread;
	callers->known[slot].holder = holder;
	return get_descriptor(holder, fd);
}

/* Tries address 0, where nothing is mapped: EFAULT and not EPERM means that it may read. */
static bool may_read(pid_t thread)
{
	char byte;
	struct iovec here = {.iov_base = &byte, .iov_len = 1}, there = {.iov_len = 1};

	return process_vm_readv(thread, &here, 1, &there, 1, 0) >= 0 || failure() != -EPERM;
}

/*
 * Has the supervisor ptrace rights over the caller? get_robust_list(2) is the quickest call that
 * asks for them and for nothing else. It does not ask Yama.
 */
static bool has_rights(const struct notice *notice)
{
	void *head;
	size_t size;

	return syscall(SYS_get_robust_list, notice->thread, &head, &size) == 0;
}

/*
 * Does the system keep the supervisor from looking into any caller? Tried once, with the first
 * caller that does not forbid it: what holds for that one holds for all.
 */
static bool is_blind(struct callers *callers, const struct notice *notice)
{
	if (!callers->is_look_tried && has_rights(notice)) {
		callers->is_blind = copy_descriptor(callers, notice->thread, -1) == -EPERM ||
				    !may_read(notice->thread);
		callers->is_look_tried = true;
	}
	return callers->is_blind;
}

bool caller_is_readable(const struct call *call)
{
	return has_rights(call->notice) && !is_blind(&call->supervisor->callers, call->notice);
}

/*
 * If memory cannot be read, descriptors are not duplicated either: a call needs both, and so both
 * fail with the same EPERM.
 */
int caller_descriptor(const struct call *call, int fd)
{
	struct callers *callers = &call->supervisor->callers;

	return is_blind(callers, call->notice) ? -EPERM
					       : copy_descriptor(callers, call->notice->thread, fd);
}

bool caller_is_blind(pid_t process)
{
	AUTO_CLOSE int holder = open_pidfd(process, 0);

	return holder < 0 || get_descriptor(holder, -1) != -EBADF || !may_read(process);
}
