/* SPDX-License-Identifier: MIT */
/*
 * Opens directories in which nobody else can replace a file. The dynamic loader opens the library
 * by its path, later than bindto checks it, so nobody else may be able to put another file at that
 * path. This holds if each directory from "/" on belongs to this user or to root, and nobody else
 * can rename this user's files in it. A sealed memfd would need no such path, but a descriptor that
 * the program and all its descendants would have to keep.
 *
 * Each directory is opened from the one above it, without following links, and judged by the
 * descriptor that is used afterwards.
 *
 * Everybody can enter the directories that root makes. A program that root starts may give up root,
 * and its children then load the library as another user.
 */
#include "preload/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"

/* O_PATH opens a directory that this user may enter but not list. */
enum { OPEN_DIRECTORY = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

enum { OVERFLOW_USER = 65534 }; /* stands for users without a number (user_namespaces(7)) */

/* By the file system's standard these belong to root on every system (hier(7)). */
static const char *const of_root[] = {
	"/", "/etc", "/home", "/run", "/run/user", "/tmp", "/var", "/var/tmp",
};

static mode_t wanted_mode(void)
{
	return geteuid() == 0 ? 0755 : 0700;
}

/*
 * Does this user namespace lack numbers for some users? The first namespace has all 2^32 - 1. If
 * /proc does not tell, the answer is if_unknown.
 */
static bool is_partial_namespace(bool if_unknown)
{
	AUTO_CLOSE int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	char map[128];
	ssize_t length = fd < 0 ? -1 : read(fd, map, sizeof(map) - 1);

	if (length < 0)
		return if_unknown;
	map[length] = '\0';
	return !strstr(map, " 4294967295");
}

/*
 * Does it belong to our user? All users without a number look like OVERFLOW_USER, so that number
 * proves nothing unless the namespace has all users.
 */
static bool is_users(const struct stat *status)
{
	if (status->st_uid != geteuid())
		return false;
	return status->st_uid != OVERFLOW_USER || !is_partial_namespace(true);
}

bool directory_is_ours(const struct stat *status, bool by_root)
{
	bool is_owner = is_users(status) || (by_root && status->st_uid == 0);

	return is_owner && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

static const char *check_mount(int fd)
{
	struct statvfs mount;

	if (fstatvfs(fd, &mount) < 0)
		return strerror(errno);
	return mount.f_flag & ST_NOEXEC ? "it is mounted noexec" : NULL;
}

/* Can a program that has given up root enter it? If we are not root, this does not matter. */
static bool is_enterable(const struct stat *status)
{
	return status->st_mode & S_IXOTH || geteuid() != 0;
}

/*
 * Does it belong to root? In a user namespace without a number for the host's root, root's
 * directories look like everybody else's. There only the paths in of_root count.
 */
static bool is_roots(const char *path, const struct stat *status)
{
	if (status->st_uid != OVERFLOW_USER || !is_partial_namespace(false))
		return status->st_uid == 0;
	for (size_t i = 0; i < sizeof(of_root) / sizeof(of_root[0]); i++)
		if (strcmp(path, of_root[i]) == 0)
			return true;
	return false;
}

/* Returns NULL, or why somebody else could replace this user's files below path. */
static const char *check_above(const char *path, const struct stat *status, bool by_all)
{
	bool is_shared = status->st_mode & (S_IWGRP | S_IWOTH);

	if (!is_roots(path, status) && !is_users(status))
		return "belongs to another user";
	if (is_shared && !(status->st_mode & S_ISVTX))
		return "is one that others can write to";
	if (by_all && !is_enterable(status))
		return "is one that programs that give up root could not enter";
	return NULL;
}

/* Opens name in *fd and puts the new descriptor into *fd. path is its full path, for messages. */
static const char *step(int *fd, const char *name, const char *path, bool by_all)
{
	static char text[PATH_MAX + 80];
	struct stat status;
	int next = openat(*fd, name, OPEN_DIRECTORY);

	if (*fd >= 0)
		(void)close(*fd); /* O_PATH: nothing was written */
	*fd = next;
	if (next < 0 || fstat(next, &status) < 0)
		return strerror(errno);
	const char *reason = check_above(path, &status, by_all);
	if (!reason)
		return NULL;
	(void)snprintf(text, sizeof(text), "'%s' above it %s", path, reason);
	return text;
}

const char *directory_open_parent(const char *path, bool by_all, int *ret_fd)
{
	char above[PATH_MAX];
	AUTO_CLOSE int fd = AT_FDCWD;
	const char *reason = step(&fd, "/", "/", by_all);

	for (const char *at = path + 1; !reason && *at;) {
		size_t length = strcspn(at, "/");
		size_t end = (size_t)(at - path) + length;

		if (end >= sizeof(above))
			return strerror(ENAMETOOLONG);
		(void)snprintf(above, sizeof(above), "%.*s", (int)end, path);
		reason = step(&fd, strrchr(above, '/') + 1, above, by_all);
		at += length + (at[length] == '/');
	}
	if (!reason)
		*ret_fd = steal_fd(&fd);
	return reason;
}

/* Hands *fd over to *ret_fd if status says that the directory is safe. */
static const char *check(int *fd, const struct stat *status, bool by_root, int *ret_fd)
{
	if (!directory_is_ours(status, by_root))
		return "it belongs to another user, or others can write to it";
	if (!is_enterable(status))
		return "programs that give up root could not enter it";
	const char *reason = check_mount(*fd);
	if (!reason)
		*ret_fd = steal_fd(fd);
	return reason;
}

const char *directory_open(int parent, const char *name, bool by_root, int *ret_fd)
{
	AUTO_CLOSE int fd = openat(parent, name, OPEN_DIRECTORY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return strerror(errno);
	return check(&fd, &status, by_root, ret_fd);
}

/* Is it ours, but with less permission than wanted? A umask has cut the mode when it was made. */
static bool is_cut(const struct stat *status)
{
	return directory_is_ours(status, false) &&
	       (status->st_mode & wanted_mode()) != wanted_mode();
}

const char *directory_make(int parent, const char *name, int *ret_fd)
{
	AUTO_CLOSE int fd = openat(parent, name, OPEN_DIRECTORY);
	struct stat status;

	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(parent, name, wanted_mode()) < 0 && errno != EEXIST && errno != EROFS)
			return strerror(errno);
		fd = openat(parent, name, OPEN_DIRECTORY);
	}
	if (fd < 0 || fstat(fd, &status) < 0)
		return strerror(errno);
	/*
	 * By name, because an O_PATH descriptor cannot change the mode. The name is safe: nobody
	 * else can replace this user's directory here.
	 */
	if (is_cut(&status) &&
	    (fchmodat(parent, name, wanted_mode(), 0) < 0 || fstat(fd, &status) < 0))
		return strerror(errno);
	return check(&fd, &status, false, ret_fd);
}
