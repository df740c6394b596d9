/* SPDX-License-Identifier: MIT */
/*
 * A supervisor without capabilities has no more rights than what it started, and there is nothing
 * to narrow. A privileged one compares the caller's /proc status with its own at each call. The
 * file system user is the owner of a new socket (sk_uid: `ip rule` uidrange, nftables skuid), the
 * groups decide about ping sockets. System calls by number: libc's would change every thread.
 */
#include "rights.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "remote.h"

enum { GROUPS_MAX = 256 };

struct identity {
	uid_t user;  /* of the file system */
	gid_t group; /* effective */
	gid_t groups[GROUPS_MAX];
	size_t group_count;
	uint64_t capabilities; /* effective */
};

static bool privileged;
static struct identity own;
static cap_t own_caps, narrow_caps, no_caps;

/* The line after label, as numbers: start at the which-th. */
static const char *field(const char *status, const char *label, unsigned int which)
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

static int read_groups(const char *at, struct identity *identity)
{
	identity->group_count = 0;
	while (*at >= '0' && *at <= '9') {
		char *end;

		if (identity->group_count == GROUPS_MAX)
			return -EPERM;
		identity->groups[identity->group_count++] = (gid_t)strtoul(at, &end, 10);
		at = end + strspn(end, " ");
	}
	return 0;
}

static int read_identity(pid_t thread, struct identity *ret_identity)
{
	char status[8192];

	if (remote_status(thread, status, sizeof(status)) < 0)
		return -EPERM;
	const char *user = field(status, "\nUid:", 3);
	const char *group = field(status, "\nGid:", 1);
	const char *groups = field(status, "\nGroups:", 0);
	const char *capabilities = field(status, "\nCapEff:", 0);
	if (!user || !group || !groups || !capabilities)
		return -EPERM;
	ret_identity->user = (uid_t)strtoul(user, NULL, 10);
	ret_identity->group = (gid_t)strtoul(group, NULL, 10);
	ret_identity->capabilities = strtoull(capabilities, NULL, 16);
	return read_groups(groups, ret_identity);
}

int rights_open(void)
{
	cap_flag_value_t raw = CAP_CLEAR, admin = CAP_CLEAR, port = CAP_CLEAR;

	own_caps = cap_get_proc();
	narrow_caps = cap_get_proc();
	no_caps = cap_init();
	if (!own_caps || !narrow_caps || !no_caps)
		return -errno;
	if (cap_get_flag(own_caps, CAP_NET_RAW, CAP_EFFECTIVE, &raw) < 0 ||
	    cap_get_flag(own_caps, CAP_NET_ADMIN, CAP_EFFECTIVE, &admin) < 0 ||
	    cap_get_flag(own_caps, CAP_NET_BIND_SERVICE, CAP_EFFECTIVE, &port) < 0)
		return -errno;
	privileged = raw == CAP_SET || admin == CAP_SET || port == CAP_SET || geteuid() == 0;
	return privileged ? read_identity(getpid(), &own) : 0;
}

static int adopt_capabilities(uint64_t capabilities)
{
	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++) {
		bool has = own.capabilities >> cap & capabilities >> cap & 1;

		if (cap_set_flag(narrow_caps, CAP_EFFECTIVE, 1, &cap, has ? CAP_SET : CAP_CLEAR) <
		    0)
			return -EPERM;
	}
	return cap_set_proc(narrow_caps) < 0 ? -EPERM : 0;
}

static void become(const struct identity *who)
{
	/* A failure is seen, and answered, where the result is compared. */
	(void)syscall(SYS_setgroups, who->group_count, who->groups);
	(void)syscall(SYS_setresgid, -1, who->group, -1);
	(void)syscall(SYS_setfsuid, who->user);
}

static bool is_as(const struct identity *who)
{
	return (uid_t)syscall(SYS_setfsuid, -1) == who->user && getegid() == who->group;
}

int rights_narrow(const struct notice *notice)
{
	static struct identity theirs;

	if (!privileged)
		return 0;
	int r = read_identity(notice->thread, &theirs);
	if (r < 0 || !notify_is_waiting(notice))
		return -EPERM;
	if (!remote_shares_users(notice))
		theirs.capabilities = 0; /* they count in another user namespace */
	bool same_ids = theirs.user == own.user && theirs.group == own.group &&
			theirs.group_count == own.group_count &&
			memcmp(theirs.groups, own.groups, own.group_count * sizeof(gid_t)) == 0;
	if (same_ids && (own.capabilities & ~theirs.capabilities) == 0)
		return 0;
	if (!same_ids)
		become(&theirs);
	if (!is_as(&theirs) || adopt_capabilities(theirs.capabilities) < 0) {
		rights_widen();
		return -EPERM;
	}
	return 1;
}

void rights_widen(void)
{
	if (cap_set_proc(own_caps) < 0)
		_exit(1);
	become(&own);
	if (!is_as(&own) || cap_set_proc(own_caps) < 0)
		_exit(1);
}

void rights_drop(void)
{
	if (privileged)
		(void)cap_set_proc(no_caps); /* nothing is asked for that a failure could give */
}
