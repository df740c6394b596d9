/* SPDX-License-Identifier: MIT */
/*
 * Closes, moves and looks at descriptors. close_range(2) is called by number, because glibc has the
 * name only since 2.34. Every kernel with user notification knows the call (Linux 5.9).
 */
#include "base/inherited.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void sort(int *numbers, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && numbers[j - 1] > numbers[j]; j--) {
			int number = numbers[j];

			numbers[j] = numbers[j - 1];
			numbers[j - 1] = number;
		}
}

static void close_range_of(unsigned int first, unsigned int last)
{
	if (first <= last)
		(void)syscall(SYS_close_range, first, last, 0); /* a valid range */
}

static void close_standard_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			(void)close(fd); /* without /dev/null, closed is better than shared */
	if (null > STDERR_FILENO)
		(void)close(null); /* its copies stay */
}

void inherited_close(int *kept, size_t count)
{
	unsigned int next = STDERR_FILENO + 1;

	close_standard_streams();
	sort(kept, count);
	for (size_t i = 0; i < count; i++) {
		if (kept[i] < (int)next)
			continue;
		if (kept[i] > (int)next)
			close_range_of(next, (unsigned int)kept[i] - 1);
		next = (unsigned int)kept[i] + 1;
	}
	close_range_of(next, ~0U);
}

int inherited_above(int fd)
{
	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int failure = errno;
	(void)close(fd); /* its copy stays; without one, fd is of no use */
	errno = failure;
	return above;
}

static int option_of(int fd, int option)
{
	int value = 0;
	socklen_t length = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &length) < 0 ? -1 : value;
}

static bool is_datagrams(int fd)
{
	int domain = option_of(fd, SO_DOMAIN);

	return (domain == AF_INET || domain == AF_INET6) && option_of(fd, SO_TYPE) != SOCK_STREAM;
}

bool inherited_datagrams(void)
{
	DIR *all = opendir("/proc/self/fd");
	bool is_found = !all;

	while (!is_found) {
		const struct dirent *entry = readdir(all);

		if (!entry)
			break;
		is_found = entry->d_name[0] != '.' &&
			   is_datagrams((int)strtol(entry->d_name, NULL, 10));
	}
	if (all)
		(void)closedir(all); /* it was only read */
	return is_found;
}

int inherited_pair(int ret_pair[2])
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	ret_pair[0] = inherited_above(pair[0]);
	ret_pair[1] = inherited_above(pair[1]);
	return ret_pair[0] < 0 || ret_pair[1] < 0 ? -1 : 0;
}
