/* SPDX-License-Identifier: MIT */
/*
 * The dynamic loader opens the library by its path, after us. So nobody else may be able to put
 * another file at that path: each directory from "/" on belongs to us or to root, and nobody else
 * can rename what is ours in it. A path of that kind needs no check at the time of the loader's
 * open; a sealed memfd would need a descriptor that the program keeps, and that its descendants
 * have as well. Each directory is opened from the one above it, follows no link, and is judged by
 * the descriptor that is used afterwards.
 *
 * Root's directories can be entered by all: a program that root starts may give up root, and its
 * children then load the library as another user.
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

/* O_PATH: a directory that may be entered and not listed will do. */
enum { OPEN_DIRECTORY = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

enum { OVERFLOW_USER = 65534 }; /* user_namespaces(7): who has no number in this namespace */

/* Root's by the file system's standard (hier(7)), on every system. */
static const char *const of_root[] = {
	"/", "/home", "/run", "/run/user", "/tmp", "/var", "/var/tmp",
};

static mode_t wanted_mode(void)
{
	return geteuid() == 0 ? 0755 : 0700;
}

/*
 * Are there users that have no number in our user namespace? The first one has all 2^32 - 1. If
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

/* Is the owner the user that we are? All users without a number look alike, and may include us. */
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

/* Can a program that gives up root enter it? For other users' programs that does not matter. */
static bool is_enterable(const struct stat *status)
{
	return status->st_mode & S_IXOTH || geteuid() != 0;
}

/*
 * In a user namespace that has no number for the host's root, root's directories seem to be
 * nobody's, as do those of all others. There, the ones that are root's on every system count.
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

/* NULL, or why somebody else could replace what is ours below path. */
static const char *check_above(const char *path, const struct stat *status)
{
	bool is_shared = status->st_mode & (S_IWGRP | S_IWOTH);

	if (!is_roots(path, status) && !is_users(status))
		return "belongs to another user";
	if (is_shared && !(status->st_mode & S_ISVTX))
		return "is one that others can write to";
	if (!is_enterable(status))
		return "is one that programs that give up root could not enter";
	return NULL;
}

/* Opens name in *fd, and has *fd be that. path is where it is. */
static const char *step(int *fd, const char *name, const char *path)
{
	static char text[PATH_MAX + 80];
	struct stat status;
	int next = openat(*fd, name, OPEN_DIRECTORY);

	if (*fd >= 0)
		(void)close(*fd); /* opened to look only */
	*fd = next;
	if (next < 0 || fstat(next, &status) < 0)
		return strerror(errno);
	const char *reason = check_above(path, &status);
	if (!reason)
		return NULL;
	(void)snprintf(text, sizeof(text), "'%s' above it %s", path, reason);
	return text;
}

const char *directory_open_parent(const char *path, int *ret_fd)
{
	char above[PATH_MAX];
	AUTO_CLOSE int fd = AT_FDCWD;
	const char *reason = step(&fd, "/", "/");

	for (const char *at = path + 1; !reason && *at;) {
		size_t length = strcspn(at, "/");
		size_t end = (size_t)(at - path) + length;

		if (end >= sizeof(above))
			return strerror(ENAMETOOLONG);
		(void)snprintf(above, sizeof(above), "%.*s", (int)end, path);
		reason = step(&fd, strrchr(above, '/') + 1, above);
		at += length + (at[length] == '/');
	}
	if (!reason)
		*ret_fd = steal_fd(&fd);
	return reason;
}

/* Hands *fd over if what status says of it is right. */
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

/* Ours, and not as open as it is to be: the umask has cut its mode, or an earlier launch's. */
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
	 * By name, for O_PATH opens nothing to change: nobody else can replace what is ours here.
	 */
	if (is_cut(&status) &&
	    (fchmodat(parent, name, wanted_mode(), 0) < 0 || fstat(fd, &status) < 0))
		return strerror(errno);
	return check(&fd, &status, false, ret_fd);
}
