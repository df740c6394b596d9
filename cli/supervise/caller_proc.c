/* SPDX-License-Identifier: MIT */
/*
 * What /proc says of a caller. It says most of that of every process, also of one that made itself
 * non-dumpable. /proc/TID/net/dev has an inode number of its own in each network namespace
 * (proc_alloc_inum() in fs/proc/generic.c), so a comparison tells which namespace a thread is in
 * even if the supervisor may not see /proc/TID/ns/net.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/supervisor.h"

enum { PATH_SIZE = 64, STATUS_SIZE = 4096 };

int caller_open(struct callers *callers)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	*callers = (struct callers){.proc = proc};
	if (proc < 0 || fstatat(proc, "self/net/dev", &callers->network, 0) < 0 ||
	    fstatat(proc, "self/ns/user", &callers->users, 0) < 0)
		return -errno;
	return 0;
}

/* Opens /proc/THREAD/NAME. Returns a descriptor or -errno. */
static int open_of(const struct callers *callers, pid_t thread, const char *name, int flags)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%d/%s", (int)thread, name); /* it fits */
	int fd = openat(callers->proc, path, O_RDONLY | O_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

/* Reads /proc/THREAD/NAME as text with a NUL. Returns its length or -errno. */
static int read_of(const struct callers *callers, pid_t thread, const char *name, char *buffer,
		   size_t size)
{
	AUTO_CLOSE int fd = open_of(callers, thread, name, 0);

	if (fd < 0)
		return fd;
	ssize_t length = read(fd, buffer, size - 1);
	if (length < 0)
		return -errno;
	buffer[length] = '\0';
	return (int)length;
}

static bool stat_of(const struct callers *callers, pid_t thread, const char *name,
		    struct stat *ret_file)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%d/%s", (int)thread, name); /* it fits */
	return thread > 0 && fstatat(callers->proc, path, ret_file, 0) == 0;
}

int caller_list(const struct call *call, int **ret_numbers)
{
	int *numbers = NULL;
	int count = 0;
	const struct dirent *entry;
	AUTO_CLOSE int fd =
		open_of(&call->supervisor->callers, call->notice->thread, "fd", O_DIRECTORY);

	if (fd < 0)
		return fd;
	DIR *directory = fdopendir(fd);
	if (!directory)
		return -errno;
	(void)steal_fd(&fd); /* closedir() closes it */
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

bool caller_closes_on_exec(const struct call *call, int fd)
{
	static const char label[] = "flags:";
	char name[32], text[256];

	(void)snprintf(name, sizeof(name), "fdinfo/%d", fd); /* it fits */
	if (read_of(&call->supervisor->callers, call->notice->thread, name, text, sizeof(text)) < 0)
		return true;
	const char *flags = strstr(text, label);
	return !flags || strtoul(flags + sizeof(label) - 1, NULL, 8) & O_CLOEXEC;
}

void caller_may_leave(struct callers *callers)
{
	callers->may_have_left = true;
}

bool caller_may_have_left(const struct callers *callers)
{
	return callers->may_have_left;
}

bool caller_shares_network(const struct call *call)
{
	const struct callers *callers = &call->supervisor->callers;
	struct stat network;

	if (!callers->may_have_left)
		return true;
	return stat_of(callers, call->notice->thread, "net/dev", &network) &&
	       network.st_ino == callers->network.st_ino;
}

bool caller_shares_users(const struct call *call)
{
	const struct callers *callers = &call->supervisor->callers;
	struct stat users;

	if (!callers->may_have_left)
		return true;
	return stat_of(callers, call->notice->thread, "ns/user", &users) &&
	       users.st_ino == callers->users.st_ino && users.st_dev == callers->users.st_dev &&
	       notify_is_waiting(call->notice);
}

int caller_status(const struct callers *callers, pid_t thread, char *buffer, size_t size)
{
	return read_of(callers, thread, "status", buffer, size);
}

const char *caller_status_word(const char *status, const char *label, unsigned int which)
{
	const char *at = strstr(status, label);

	if (!at)
		return NULL;
	at += strlen(label);
	at += strspn(at, "\t ");
	while (which-- > 0) {
		at += strcspn(at, "\t \n");
		at += strspn(at, "\t ");
	}
	return at;
}

static pid_t process_in(const char *status)
{
	const char *word = caller_status_word(status, "\nTgid:", 0);

	return word ? (pid_t)strtol(word, NULL, 10) : -ESRCH;
}

pid_t caller_process(const struct callers *callers, pid_t thread)
{
	char status[STATUS_SIZE];

	if (caller_status(callers, thread, status, sizeof(status)) < 0)
		return -ESRCH;
	return process_in(status);
}

int caller_name(const struct callers *callers, pid_t process, char *name, size_t size)
{
	int length = read_of(callers, process, "comm", name, size);

	if (length < 1)
		return -ESRCH;
	name[length - 1] = '\0'; /* over the newline */
	return 0;
}

static uint64_t signals_in(const char *status, const char *label)
{
	const char *word = caller_status_word(status, label, 0);

	return word ? strtoull(word, NULL, 16) : 0;
}

/*
 * The kernel offers a signal for the whole process to its first thread before others
 * (complete_signal()). Signals that the program ignores are not pending; the kernel itself ends the
 * wait for fatal ones.
 */
bool caller_is_signalled(const struct callers *callers, pid_t thread)
{
	char status[STATUS_SIZE];

	if (caller_status(callers, thread, status, sizeof(status)) < 0)
		return false;
	uint64_t pending = signals_in(status, "\nSigPnd:");

	if (process_in(status) == thread)
		pending |= signals_in(status, "\nShdPnd:");
	return pending & ~signals_in(status, "\nSigBlk:");
}
