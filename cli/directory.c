/* SPDX-License-Identifier: MIT */
/*
 * What is loaded into the program must not be what somebody else left in /tmp: a directory counts
 * only when its owner, its mode and its mount do, and it is looked at through the descriptor that
 * is used afterwards. Root's are open to all, since programs that root starts drop root, and their
 * children load the library as somebody else.
 */
#include "directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cleanup.h"

enum { OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

static mode_t wanted_mode(void)
{
	return geteuid() == 0 ? 0755 : 0700;
}

bool directory_is_ours(const struct stat *status, bool by_root)
{
	bool is_owner = status->st_uid == geteuid() || (by_root && status->st_uid == 0);

	return is_owner && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

static const char *check_mount(int fd)
{
	struct statvfs mount;

	if (fstatvfs(fd, &mount) < 0)
		return strerror(errno);
	return mount.f_flag & ST_NOEXEC ? "it is mounted noexec" : NULL;
}

static const char *check_reach(const struct stat *status)
{
	if (geteuid() == 0 && !(status->st_mode & S_IXOTH))
		return "programs that give up root could not enter it";
	return NULL;
}

const char *directory_open_parent(const char *path, int *ret_fd)
{
	AUTO_CLOSE int fd = open(path, OPEN_DIRECTORY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return strerror(errno);
	/* Any owner of a sticky one: in a user namespace, /tmp seems to belong to nobody. */
	if (!(status.st_mode & S_ISVTX) && !directory_is_ours(&status, true))
		return "others can write to the directory above it";
	const char *reason = check_reach(&status);
	if (!reason)
		*ret_fd = steal_fd(&fd);
	return reason;
}

/* Hands *fd over where what status says of it is right. */
static const char *check(int *fd, const struct stat *status, bool by_root, int *ret_fd)
{
	if (!directory_is_ours(status, by_root))
		return "it belongs to another user, or others can write to it";
	const char *reason = check_reach(status);
	if (!reason)
		reason = check_mount(*fd);
	if (!reason)
		*ret_fd = steal_fd(fd);
	return reason;
}

const char *directory_open(int parent, const char *name, bool by_root, int *ret_fd)
{
	AUTO_CLOSE int fd = openat(parent, name, OPEN_DIRECTORY | O_NOFOLLOW);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return strerror(errno);
	return check(&fd, &status, by_root, ret_fd);
}

static bool is_wide(const struct stat *status)
{
	return (status->st_mode & wanted_mode()) == wanted_mode();
}

/* The umask has cut the mode; a launch that ended between mkdir and chmod may have left it so. */
static void widen(int parent, const char *name)
{
	AUTO_CLOSE int fd = openat(parent, name, OPEN_DIRECTORY | O_NOFOLLOW);
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0 && directory_is_ours(&status, false) &&
	    !is_wide(&status))
		/* Where it fails, directory_open() says what is wrong. */
		(void)fchmod(fd, wanted_mode());
}

const char *directory_make(int parent, const char *name, int *ret_fd)
{
	AUTO_CLOSE int fd = openat(parent, name, OPEN_DIRECTORY | O_NOFOLLOW);
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0 && is_wide(&status))
		return check(&fd, &status, false, ret_fd);
	if (mkdirat(parent, name, wanted_mode()) < 0 && errno != EEXIST && errno != EROFS)
		return strerror(errno);
	widen(parent, name);
	return directory_open(parent, name, false, ret_fd);
}
