/* SPDX-License-Identifier: MIT */
/*
 * Calls after which threads may have namespaces or ids of their own. They are the kernel's to carry
 * out; what they change is asked of each caller from then on (caller.h, rights.h), and of none
 * before. To ask always would cost more than all the rest of a trapped socket(2).
 */
#include <linux/sched.h>

#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/rights.h"

/* unshare(2), setns(2), and clone(2) with flags that the filter has seen. */
struct answer supervise_namespaces(const struct pin *pin, const struct call *call)
{
	(void)pin;
	(void)call;
	caller_may_leave();
	return answer_error(NOTIFY_CONTINUE);
}

/*
 * Flags that another thread changes after this look deceive only who set them: the child gets
 * sockets that its parent could have given it.
 */
struct answer supervise_clone3(const struct pin *pin, const struct call *call)
{
	uint64_t flags; /* the first of struct clone_args */

	(void)pin;
	if (caller_read(call->notice, call->arguments[0], &flags, sizeof(flags)) < 0 ||
	    (flags & (CLONE_NEWNET | CLONE_NEWUSER)) != 0)
		caller_may_leave();
	return answer_error(NOTIFY_CONTINUE);
}

/* setgroups(2), setfsuid(2), setfsgid(2): what rights.c cannot tell from the other ids. */
struct answer supervise_ids(const struct pin *pin, const struct call *call)
{
	(void)pin;
	(void)call;
	rights_may_change();
	return answer_error(NOTIFY_CONTINUE);
}
