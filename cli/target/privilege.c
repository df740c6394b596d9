/* SPDX-License-Identifier: MIT */
/*
 * Decides by the rules of AT_SECURE (cap_bprm_creds_from_file() in security/commoncap.c) whether
 * the loader will ignore LD_PRELOAD. It does if the new effective user or group is not the real
 * one, or if the file brings capabilities and the real user is not root. A nosuid mount cancels the
 * set-user-ID and set-group-ID bits and the capabilities, no_new_privs cancels only the bits.
 */
#include "target/privilege.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Any capability counts, even the few that would not add to ours. */
static int has_capabilities(const char *path)
{
	CLEANUP(cleanup_caps) cap_t caps = cap_get_file(path);
	CLEANUP(cleanup_caps) cap_t none = cap_init();

	if (!caps)
		return errno == ENODATA || errno == ENOTSUP ? 0 : -errno;
	return !none || cap_compare(caps, none) != 0;
}

int privilege_of(const char *path, const struct stat *file)
{
	uid_t user = geteuid();
	gid_t group = getegid();
	struct statvfs mount;

	if (statvfs(path, &mount) < 0)
		return -errno;
	bool is_nosuid = mount.f_flag & ST_NOSUID;
	if (!is_nosuid && !prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) {
		if (file->st_mode & S_ISUID)
			user = file->st_uid;
		/* Without S_IXGRP the bit does not count: it once stood for mandatory locking. */
		if ((file->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
			group = file->st_gid;
	}
	if (user != getuid())
		return PRIVILEGE_USER;
	if (group != getgid())
		return PRIVILEGE_GROUP;
	if (is_nosuid || getuid() == 0)
		return PRIVILEGE_SAME;
	int has = has_capabilities(path);
	if (has < 0)
		return has;
	return has ? PRIVILEGE_CAPS : PRIVILEGE_SAME;
}
