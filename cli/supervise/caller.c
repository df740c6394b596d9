/* SPDX-License-Identifier: MIT */
/*
 * Memory and descriptors need ptrace rights, which a process that made itself non-dumpable denies
 * to all but root: then the call fails. /proc/TID/net needs none, and its files have inode numbers
 * of their own in each network namespace (proc_alloc_inum() in fs/proc/generic.c): comparing one
 * tells where a thread is even if /proc/TID/ns/net cannot be seen.
 */
#include "supervise/caller.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* Linux 6.9 */
#endif

/* Held open: the program may be able to mount over /proc, but not to change what this is. */
static int proc = -1;
static ino_t own_network;
static struct stat own_users;
static bool may_have_left;

int caller_open(void)
{
	struct stat network;

	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0 || fstatat(proc, "self/net/dev", &network, 0) < 0 ||
	    fstatat(proc, "self/ns/user", &own_users, 0) < 0)
		return -errno;
	own_network = network.st_ino;
	return 0;
}

/* A pointer, but in no memory of ours. */
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

/* -errno. A filter that forbids a look says EPERM or ENOSYS, as containers have it. */
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

	memcpy(&here.iov_base, &data, sizeof(data)); /* which is not written to */
	if (!notify_is_waiting(notice))
		return -ESRCH;
	if (size > 0)
		put = process_vm_writev(notice->thread, &here, 1, parts, count, 0);
	if (put < 0)
		return failure();
	return (size_t)put == size ? 0 : -EFAULT;
}

/* The process that a thread is of, by its /proc/TID/status; -ESRCH if that does not say. */
static pid_t group_in(const char *status)
{
	static const char label[] = "\nTgid:";
	const char *line = strstr(status, label);

	return line ? (pid_t)strtol(line + strlen(label), NULL, 10) : -ESRCH;
}

/* Before Linux 6.9 only a process has one, and its first thread's descriptors stand for all. */
static int open_process(pid_t thread)
{
	char status[4096];

	if (caller_status(thread, status, sizeof(status)) < 0)
		return -ESRCH;
	pid_t process = group_in(status);
	if (process < 0)
		return process;
	int fd = (int)syscall(SYS_pidfd_open, process, 0);
	return fd < 0 ? -errno : fd;
}

static int get_descriptor(int holder, int fd)
{
	int copy = (int)syscall(SYS_pidfd_getfd, holder, fd, 0);

	return copy < 0 ? failure() : copy;
}

/*
 * The pidfds of threads that called before are kept. Each is its thread's for ever: if that is
 * gone and another has its number, there is no descriptor to be had by it (ESRCH).
 */
static int copy_descriptor(const struct notice *notice, int fd)
{
	static struct {
		pid_t thread;
		int holder;
	} all[4], *known;
	pid_t thread = notice->thread;
	int copy = -ESRCH;

	known = &all[(size_t)thread % (sizeof(all) / sizeof(all[0]))];
	if (known->thread == thread)
		copy = get_descriptor(known->holder, fd);
	if (copy != -ESRCH)
		return copy;
	int holder = (int)syscall(SYS_pidfd_open, thread, PIDFD_THREAD);
	if (holder < 0 && errno == EINVAL) {
		AUTO_CLOSE int process = open_process(thread);
		return process < 0 ? process : get_descriptor(process, fd);
	}
	if (holder < 0)
		return -errno;
	if (known->thread != 0)
		(void)close(known->holder); /* only looked at */
	known->thread = thread;
	known->holder = holder;
	return get_descriptor(holder, fd);
}

/* Nothing is mapped at address 0. */
static bool may_read(pid_t thread)
{
	char byte;
	struct iovec here = {.iov_base = &byte, .iov_len = 1}, there = {.iov_len = 1};

	return process_vm_readv(thread, &here, 1, &there, 1, 0) >= 0 || failure() != -EPERM;
}

/* The quickest of the calls that ask for ptrace rights and nothing else, if not for Yama's. */
static bool has_rights(const struct notice *notice)
{
	void *head;
	size_t size;

	return syscall(SYS_get_robust_list, notice->thread, &head, &size) == 0;
}

/* What is so for one process that can be looked into is so for all. */
static bool is_blind(const struct notice *notice)
{
	static int answer = -1;

	if (answer < 0 && has_rights(notice))
		answer = copy_descriptor(notice, -1) == -EPERM || !may_read(notice->thread);
	return answer > 0;
}

bool caller_is_readable(const struct notice *notice)
{
	return has_rights(notice) && !is_blind(notice);
}

/* If memory cannot be read, descriptors are not copied either: half a look is none. */
int caller_descriptor(const struct notice *notice, int fd)
{
	return is_blind(notice) ? -EPERM : copy_descriptor(notice, fd);
}

int caller_list(const struct notice *notice, int **ret_numbers)
{
	char path[64];
	int *numbers = NULL;
	int count = 0;
	const struct dirent *entry;

	(void)snprintf(path, sizeof(path), "%d/fd", (int)notice->thread); /* it fits */
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory) {
		int error = errno;

		if (fd >= 0)
			(void)close(fd); /* only read */
		return -error;
	}
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		numbers = alloc_grow(numbers, (size_t)count, sizeof(*numbers));
		numbers[count++] = (int)strtol(entry->d_name, NULL, 10);
	}
	(void)closedir(directory); /* only read */
	*ret_numbers = numbers;
	return count;
}

bool caller_closes_on_exec(const struct notice *notice, int fd)
{
	static const char label[] = "flags:";
	char path[64], text[256];

	(void)snprintf(path, sizeof(path), "%d/fdinfo/%d", (int)notice->thread, fd); /* it fits */
	AUTO_CLOSE int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
	if (length < 0)
		return true;
	text[length] = '\0';
	const char *flags = strstr(text, label);
	return !flags || strtoul(flags + sizeof(label) - 1, NULL, 8) & O_CLOEXEC;
}

bool caller_is_blind(pid_t process)
{
	AUTO_CLOSE int holder = (int)syscall(SYS_pidfd_open, process, 0);

	return holder < 0 || get_descriptor(holder, -1) != -EBADF || !may_read(process);
}

static bool stat_of(pid_t thread, const char *name, struct stat *ret_file)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%d/%s", (int)thread, name); /* it fits */
	return thread > 0 && fstatat(proc, path, ret_file, 0) == 0;
}

void caller_may_leave(void)
{
	may_have_left = true;
}

bool caller_may_have_left(void)
{
	return may_have_left;
}

bool caller_shares_network(const struct notice *notice)
{
	struct stat network;

	if (!may_have_left)
		return true;
	return stat_of(notice->thread, "net/dev", &network) && network.st_ino == own_network;
}

bool caller_shares_users(const struct notice *notice)
{
	struct stat users;

	if (!may_have_left)
		return true;
	return stat_of(notice->thread, "ns/user", &users) && users.st_ino == own_users.st_ino &&
	       users.st_dev == own_users.st_dev && notify_is_waiting(notice);
}

int caller_status(pid_t thread, char *buffer, size_t size)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%d/status", (int)thread); /* it fits */
	AUTO_CLOSE int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, buffer, size - 1);
	if (length < 0)
		return -errno;
	buffer[length] = '\0';
	return (int)length;
}

static int read_name(pid_t process, char *name, size_t size)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%d/comm", (int)process); /* it fits */
	AUTO_CLOSE int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, name, size - 1);
	if (length < 1)
		return -ESRCH;
	name[length - 1] = '\0'; /* over the newline */
	return 0;
}

pid_t caller_process(pid_t thread, char *name, size_t size)
{
	char status[4096];

	if (caller_status(thread, status, sizeof(status)) < 0)
		return -ESRCH;
	pid_t process = group_in(status);
	int r = process < 0 ? process : read_name(process, name, size);
	return r < 0 ? r : process;
}

static uint64_t mask_after(const char *status, const char *label)
{
	const char *line = strstr(status, label);

	return line ? strtoull(line + strlen(label), NULL, 16) : 0;
}

/*
 * What is sent to a process as a whole is its first thread's to take (complete_signal() in the
 * kernel). Ignored signals are not pending; fatal ones end the wait by themselves.
 */
bool caller_is_signalled(pid_t thread)
{
	char status[4096];

	if (caller_status(thread, status, sizeof(status)) < 0)
		return false;
	uint64_t pending = mask_after(status, "\nSigPnd:");

	if (group_in(status) == thread)
		pending |= mask_after(status, "\nShdPnd:");
	return pending & ~mask_after(status, "\nSigBlk:");
}
