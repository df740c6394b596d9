/* SPDX-License-Identifier: MIT */
/*
 * Lends the supervisor the caller's rights. A supervisor without capabilities has no more rights
 * than what it started, and does nothing of this. A privileged one gives up its capabilities over
 * sockets, and takes on the ids of each caller: the file system user owns the sockets that it makes
 * (sk_uid: `ip rule` uidrange, nftables skuid), and the groups decide about ping sockets.
 *
 * Most callers have the supervisor's own ids. prlimit(2) tells that: without CAP_SYS_RESOURCE it
 * works only on processes with the same ids (check_prlimit_permission() in kernel/sys.c), and is
 * twenty times faster than reading /proc/TID/status. It does not compare file system ids and
 * groups, but the filter traps the calls that change them. System calls are made by number, because
 * libc's functions would change the ids of every thread.
 */
#include "supervise/rights.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diag.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/supervisor.h"

/* To look into callers, to take on their ids, and to pass signals on. None is over sockets. */
static const cap_value_t KEPT[] = {CAP_SYS_PTRACE, CAP_SETUID, CAP_SETGID, CAP_KILL};

/* at: the words of the line Groups. */
static int read_groups(const char *at, struct identity *identity)
{
	identity->group_count = 0;
	while (*at >= '0' && *at <= '9') {
		char *end;

		if (identity->group_count == RIGHTS_GROUPS_MAX)
			return -EPERM;
		identity->groups[identity->group_count++] = (gid_t)strtoul(at, &end, 10);
		at = end + strspn(end, " ");
	}
	return 0;
}

static int read_identity(const struct callers *callers, pid_t thread, struct identity *ret_identity)
{
	char status[8192];

	if (caller_status(callers, thread, status, sizeof(status)) < 0)
		return -EPERM;
	const char *user = caller_status_word(status, "\nUid:", 3);
	const char *group = caller_status_word(status, "\nGid:", 1);
	const char *groups = caller_status_word(status, "\nGroups:", 0);
	const char *capabilities = caller_status_word(status, "\nCapEff:", 0);
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

/* Gives up all capabilities but KEPT. They stay permitted, so that rights_act() can have them. */
static int hold_back(struct rights *rights)
{
	if (cap_clear_flag(rights->kept_caps, CAP_EFFECTIVE) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
		if (has(rights->own_caps, KEPT[i]) && set_effective(rights->kept_caps, KEPT[i]) < 0)
			return -errno;
	return cap_set_proc(rights->kept_caps) < 0 ? -errno : 0;
}

/*
 * Are all ids of this process the same? prlimit(2) compares a caller's three user ids with this
 * process's real one only.
 */
static bool has_one_identity(const struct identity *own)
{
	uid_t user[3];
	gid_t group[3];

	return getresuid(&user[0], &user[1], &user[2]) == 0 &&
	       getresgid(&group[0], &group[1], &group[2]) == 0 && user[0] == own->user &&
	       user[1] == own->user && group[0] == own->group;
}

int rights_open(struct supervisor *supervisor)
{
	struct rights *rights = &supervisor->rights;

	*rights = (struct rights){
		.own_caps = cap_get_proc(),
		.kept_caps = cap_get_proc(),
		.lent_caps = cap_get_proc(),
	};
	if (!rights->own_caps || !rights->kept_caps || !rights->lent_caps)
		return -errno;
	rights->is_privileged = has(rights->own_caps, CAP_NET_RAW) ||
				has(rights->own_caps, CAP_NET_ADMIN) ||
				has(rights->own_caps, CAP_NET_BIND_SERVICE) || geteuid() == 0;
	if (!rights->is_privileged)
		return 0;
	int r = read_identity(&supervisor->callers, getpid(), &rights->own);
	rights->is_comparable = r == 0 && has_one_identity(&rights->own);
	return r < 0 ? r : hold_back(rights);
}

bool rights_see_all(const struct rights *rights)
{
	return has(rights->own_caps, CAP_SYS_PTRACE);
}

bool rights_may_differ(const struct rights *rights)
{
	return has(rights->own_caps, CAP_SETUID) || has(rights->own_caps, CAP_SETGID) ||
	       geteuid() == 0;
}

void rights_may_change(struct rights *rights)
{
	rights->is_comparable = false;
}

/*
 * With CAP_SYS_RESOURCE prlimit(2) would work on every process. The supervisor does not keep that
 * capability; but it has every capability over a user namespace that its own user has made, so
 * prlimit(2) tells nothing of a caller that may be in one.
 */
static bool has_own_ids(const struct call *call)
{
	const struct supervisor *supervisor = call->supervisor;
	struct rlimit limit;

	return supervisor->rights.is_comparable && !caller_may_have_left(&supervisor->callers) &&
	       prlimit(call->notice->thread, RLIMIT_CORE, NULL, &limit) == 0;
}

static bool is_same(const struct identity *one, const struct identity *other)
{
	return one->user == other->user && one->group == other->group &&
	       one->group_count == other->group_count &&
	       memcmp(one->groups, other->groups, one->group_count * sizeof(gid_t)) == 0;
}

/* Failures are not looked at here: is_as() compares what came of it. */
static void become(const struct identity *who)
{
	(void)syscall(SYS_setgroups, who->group_count, who->groups);
	(void)syscall(SYS_setresgid, -1, who->group, -1);
	(void)syscall(SYS_setfsuid, who->user);
}

static bool is_as(const struct identity *who)
{
	return (uid_t)syscall(SYS_setfsuid, -1) == who->user && getegid() == who->group;
}

/* Takes on the caller's ids. Returns 0 or -EPERM; widen() has to follow in either case. */
static int narrow(const struct call *call)
{
	struct rights *rights = &call->supervisor->rights;
	struct identity theirs;

	/*
	 * has_own_ids() may have looked at another thread that has the caller's id by now. That
	 * does no harm: then the caller is gone, and nobody gets what the act makes.
	 */
	if (!rights->is_privileged || has_own_ids(call))
		return 0;
	if (read_identity(&call->supervisor->callers, call->notice->thread, &theirs) < 0 ||
	    !notify_is_waiting(call->notice))
		return -EPERM;
	if (is_same(&theirs, &rights->own))
		return 0;
	rights->is_other = true;
	become(&theirs);
	return is_as(&theirs) ? 0 : -EPERM;
}

/*
 * The capabilities that both the caller and this process have. A capability means the same for both
 * only in one user namespace.
 */
static uint64_t common_capabilities(const struct call *call)
{
	struct identity theirs;

	if (read_identity(&call->supervisor->callers, call->notice->thread, &theirs) < 0 ||
	    !caller_shares_users(call) || !notify_is_waiting(call->notice))
		return 0;
	return call->supervisor->rights.own.capabilities & theirs.capabilities;
}

static int lend(const struct rights *rights, uint64_t capabilities)
{
	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++) {
		bool is_theirs = capabilities >> cap & 1;

		if (cap_set_flag(rights->lent_caps, CAP_EFFECTIVE, 1, &cap,
				 is_theirs || has(rights->kept_caps, cap) ? CAP_SET : CAP_CLEAR) <
		    0)
			return -errno;
	}
	return cap_set_proc(rights->lent_caps) < 0 ? -errno : 0;
}

/*
 * After an act that returned r: gives this thread the capabilities that the caller has too. Returns
 * whether the act should be tried once more.
 */
static bool allow(const struct call *call, int r)
{
	struct rights *rights = &call->supervisor->rights;

	if (!rights->is_privileged || rights->is_lent || (r != -EPERM && r != -EACCES))
		return false;
	rights->is_lent = true;
	if (cap_set_proc(rights->own_caps) < 0) /* CAP_SYS_PTRACE lets it look at the caller */
		return false;
	uint64_t capabilities = common_capabilities(call);
	if (lend(rights, capabilities) < 0)
		_exit(STATUS_FAILED); /* this thread may have more rights than the caller */
	return capabilities != 0;
}

/* Undoes narrow() and allow(). setfsuid(2) from or to root changes capabilities as well. */
static void widen(struct rights *rights)
{
	bool has_other_caps = rights->is_lent || rights->is_other;

	if (rights->is_other) {
		become(&rights->own);
		if (!is_as(&rights->own))
			_exit(STATUS_FAILED);
	}
	if (has_other_caps && cap_set_proc(rights->kept_caps) < 0)
		_exit(STATUS_FAILED);
	rights->is_other = rights->is_lent = false;
}

int rights_act(const struct call *call, rights_deed *deed, void *context)
{
	int r = narrow(call);

	if (r == 0) {
		r = deed(context, false);
		if (allow(call, r))
			r = deed(context, true);
	}
	widen(&call->supervisor->rights);
	return r;
}
