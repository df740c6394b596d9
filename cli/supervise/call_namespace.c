/* SPDX-License-Identifier: MIT */
/*
 * Calls after which a thread may have namespaces or ids of its own. The kernel carries them out.
 * Until the first of them no caller has either, and the supervisor need not look (caller.h,
 * rights.h): a look at each caller costs more than all the rest of a trapped socket(2).
 */
#include <linux/sched.h>

#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/rights.h"
#include "supervise/supervisor.h"

/* unshare(2), setns(2), and clone(2) with the flags that the filter traps. */
struct outcome supervise_namespaces(const struct call *call)
{
	caller_may_leave(&call->supervisor->callers);
	return outcome_continue();
}

/*
 * Another thread may change the flags after this look. That deceives only the program itself: its
 * child would get sockets that the program could have given it anyway.
 */
struct outcome supervise_clone3(const struct call *call)
{
	uint64_t flags; /* the first member of struct clone_args */

	if (caller_read(call->notice, call->arguments[0], &flags, sizeof(flags)) < 0 ||
	    (flags & (CLONE_NEWNET | CLONE_NEWUSER)) != 0)
		caller_may_leave(&call->supervisor->callers);
	return outcome_continue();
}

/* setgroups(2), setfsuid(2), setfsgid(2): ids that rights.c does not compare by prlimit(2). */
struct outcome supervise_ids(const struct call *call)
{
	rights_may_change(&call->supervisor->rights);
	return outcome_continue();
}
