/* SPDX-License-Identifier: MIT */
/*
 * Compares files byte for byte with what they should hold, and writes them. Neither name, size nor
 * time of a file proves what is in it.
 */
#include "preload/install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/size_limit.h"
#include "preload/directory.h"

enum { CHUNK_SIZE = 16384 }; /* on the stack, where a larger one would touch more new pages */

static ssize_t read_some(int fd, void *buffer, size_t size)
{
	ssize_t count;

	do
		count = read(fd, buffer, size);
	while (count < 0 && errno == EINTR);
	return count;
}

static bool has_content(int fd, const struct bytes *content)
{
	unsigned char chunk[CHUNK_SIZE];
	size_t done = 0;

	for (;;) {
		ssize_t count = read_some(fd, chunk, CHUNK_SIZE);

		if (count < 0 || (size_t)count > content->size - done)
			return false;
		if (count == 0)
			return done == content->size;
		if (memcmp(chunk, content->start + done, (size_t)count) != 0)
			return false;
		done += (size_t)count;
	}
}

bool install_has_file(int directory, const char *name, const struct bytes *content, bool by_root)
{
	/* With O_NONBLOCK open(2) does not wait if somebody has put a FIFO there. */
	AUTO_CLOSE int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return false;
	if (!S_ISREG(status.st_mode) || !directory_is_ours(&status, by_root))
		return false;
	if (geteuid() == 0 && !(status.st_mode & S_IROTH))
		return false;
	return has_content(fd, content);
}

bool install_has_link(int directory, const char *name, const char *target)
{
	char value[64];
	ssize_t length = readlinkat(directory, name, value, sizeof(value));

	return length >= 0 && (size_t)length == strlen(target) &&
	       memcmp(value, target, (size_t)length) == 0;
}

static int write_all(int fd, const struct bytes *content)
{
	size_t done = 0;

	while (done < content->size) {
		ssize_t count = write(fd, content->start + done, content->size - done);

		if (count < 0 && errno != EINTR)
			return -errno;
		if (count > 0)
			done += (size_t)count;
	}
	return 0;
}

static int write_new(int directory, const char *name, const struct bytes *content)
{
	AUTO_CLOSE int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	int result = write_all(fd, content);
	if (result == 0 && fchmod(fd, geteuid() == 0 ? 0555 : 0500) < 0)
		result = -errno;
	/* Some file systems report a full disk only at close. */
	if (close(steal_fd(&fd)) < 0 && result == 0)
		result = -errno;
	return result;
}

/* Random: another launch with the same process ID may run in another PID namespace. */
static int new_name(char **ret_name)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -EIO;
	*ret_name = alloc_text(".new-%016llx", (unsigned long long)number);
	return 0;
}

static int put_in_place(int directory, const char *new, const char *name, int result)
{
	if (result == 0 && renameat(directory, new, directory, name) < 0)
		result = -errno;
	if (result < 0)
		(void)unlinkat(directory, new, 0); /* the first failure is the one to report */
	return result;
}

int install_file(int directory, const char *name, const struct bytes *content)
{
	AUTO_FREE char *new = NULL;
	int result = new_name(&new);

	if (result < 0)
		return result;
	struct sigaction before = size_limit_ignore();
	result = write_new(directory, new, content);
	size_limit_obey(&before);
	return put_in_place(directory, new, name, result);
}

int install_link(int directory, const char *name, const char *target)
{
	AUTO_FREE char *new = NULL;
	int result = new_name(&new);

	if (result < 0)
		return result;
	result = symlinkat(target, directory, new) < 0 ? -errno : 0;
	return put_in_place(directory, new, name, result);
}
