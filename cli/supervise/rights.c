/* SPDX-License-Identifier: MIT */
/*
 * A supervisor without capabilities has no more rights than what it started, and there is nothing
 * to narrow. A privileged one holds back what it has over sockets. A caller of its own ids is known
 * by prlimit(2), which without CAP_SYS_RESOURCE is for those alone (check_prlimit_permission() in
 * kernel/sys.c) and twenty times faster than the caller's /proc status; the ids that it does not
 * compare change by calls that are trapped. The file system user is the owner of a new socket
 * (sk_uid: `ip rule` uidrange, nftables skuid), the groups decide about ping sockets. System calls
 * by number: libc's would change every thread.
 */
#include "supervise/rights.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervise/caller.h"

enum { GROUPS_MAX = 256 };

struct identity {
	uid_t user;  /* of the file system */
	gid_t group; /* effective */
	gid_t groups[GROUPS_MAX];
	size_t group_count;
	uint64_t capabilities; /* effective */
};

/* To look into callers, to become them, and to pass signals on: none is for sockets. */
static const cap_value_t KEPT[] = {CAP_SYS_PTRACE, CAP_SETUID, CAP_SETGID, CAP_KILL};

static bool privileged;
static bool is_comparable; /* by prlimit(2) */
static struct identity own;
static cap_t own_caps, kept_caps, lent_caps;
static bool is_other, is_lent; /* what rights_widen() has to undo */

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

	if (caller_status(thread, status, sizeof(status)) < 0)
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

static bool has(cap_t caps, cap_value_t cap)
{
	cap_flag_value_t value = CAP_CLEAR;

	return cap_get_flag(caps, cap, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
}

static int set_effective(cap_t caps, cap_value_t cap)
{
	return cap_set_flag(caps, CAP_EFFECTIVE, 1, &cap, CAP_SET) < 0 ? -errno : 0;
}

/* Permitted they stay, so that they can be had again. */
static int hold_back(void)
{
	if (cap_clear_flag(kept_caps, CAP_EFFECTIVE) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
		if (has(own_caps, KEPT[i]) && set_effective(kept_caps, KEPT[i]) < 0)
			return -errno;
	return cap_set_proc(kept_caps) < 0 ? -errno : 0;
}

/* Of its own three user ids prlimit(2) compares but the real one. */
static bool has_one_identity(void)
{
	uid_t user[3];
	gid_t group[3];

	return getresuid(&user[0], &user[1], &user[2]) == 0 &&
	       getresgid(&group[0], &group[1], &group[2]) == 0 && user[0] == own.user &&
	       user[1] == own.user && group[0] == own.group;
}

int rights_open(void)
{
	own_caps = cap_get_proc();
	kept_caps = cap_get_proc();
	lent_caps = cap_get_proc();
	if (!own_caps || !kept_caps || !lent_caps)
		return -errno;
	privileged = has(own_caps, CAP_NET_RAW) || has(own_caps, CAP_NET_ADMIN) ||
		     has(own_caps, CAP_NET_BIND_SERVICE) || geteuid() == 0;
	if (!privileged)
		return 0;
	int r = read_identity(getpid(), &own);
	is_comparable = r == 0 && has_one_identity();
	return r < 0 ? r : hold_back();
}

bool rights_see_all(void)
{
	return has(own_caps, CAP_SYS_PTRACE);
}

bool rights_may_differ(void)
{
	return has(own_caps, CAP_SETUID) || has(own_caps, CAP_SETGID) || geteuid() == 0;
}

void rights_may_change(void)
{
	is_comparable = false;
}

/*
 * CAP_SYS_RESOURCE is not among those kept; over user namespaces of its own every process has it.
 */
static bool has_own_ids(pid_t thread)
{
	struct rlimit limit;

	return is_comparable && !caller_may_have_left() &&
	       prlimit(thread, RLIMIT_CORE, NULL, &limit) == 0;
}

static bool is_same(const struct identity *one, const struct identity *other)
{
	return one->user == other->user && one->group == other->group &&
	       one->group_count == other->group_count &&
	       memcmp(one->groups, other->groups, one->group_count * sizeof(gid_t)) == 0;
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
	bool same = has_own_ids(notice->thread);
	if (same) /* with the ids of another thread of this number, no caller would get a socket */
		return 0;
	if (read_identity(notice->thread, &theirs) < 0 || !notify_is_waiting(notice))
		return -EPERM;
	if (is_same(&theirs, &own))
		return 0;
	is_other = true;
	become(&theirs);
	return is_as(&theirs) ? 0 : -EPERM;
}

/* What the caller has of this process's capabilities. They count in one user namespace. */
static uint64_t common_capabilities(const struct notice *notice)
{
	static struct identity theirs;

	if (read_identity(notice->thread, &theirs) < 0 || !caller_shares_users(notice) ||
	    !notify_is_waiting(notice))
		return 0;
	return own.capabilities & theirs.capabilities;
}

static int lend(uint64_t capabilities)
{
	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++) {
		bool is_theirs = capabilities >> cap & 1;

		if (cap_set_flag(lent_caps, CAP_EFFECTIVE, 1, &cap,
				 is_theirs || has(kept_caps, cap) ? CAP_SET : CAP_CLEAR) < 0)
			return -errno;
	}
	return cap_set_proc(lent_caps) < 0 ? -errno : 0;
}

bool rights_allow(const struct notice *notice, int r)
{
	if (!privileged || is_lent || (r != -EPERM && r != -EACCES))
		return false;
	is_lent = true;
	if (cap_set_proc(own_caps) < 0) /* to look with */
		return false;
	uint64_t capabilities = common_capabilities(notice);
	if (lend(capabilities) < 0)
		_exit(1); /* it may have more than the caller */
	return capabilities != 0;
}

void rights_widen(void)
{
	bool was_lent = is_lent || is_other; /* another user's come and go with setfsuid(2) */

	if (is_other) {
		become(&own);
		if (!is_as(&own))
			_exit(1);
	}
	if (was_lent && cap_set_proc(kept_caps) < 0)
		_exit(1);
	is_other = is_lent = false;
}
