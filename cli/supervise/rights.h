/* SPDX-License-Identifier: MIT */
/*
 * The supervisor acts with no more rights than the caller has: user and groups of the acting thread
 * become the caller's around an act, and its capabilities if the act fails for want of them.
 * What it may read of the caller comes before:
 *	int r = rights_narrow(notice);
 *	if (r == 0)
 *		do
 *			r = act();
 *		while (rights_allow(notice, r));
 *	rights_widen();
 */
#ifndef BINDTO_RIGHTS_H
#define BINDTO_RIGHTS_H

#include <stdbool.h>

#include "supervise/notify.h"

/*
 * Looks at this process's own rights, and holds back those that concern sockets. Returns 0, -errno.
 */
int rights_open(void);

/* Has this process the capability to look into every caller (CAP_SYS_PTRACE)? */
bool rights_see_all(void);

/*
 * May a caller come to have other ids than this process, so that without the above it cannot be
 * looked into?
 */
bool rights_may_differ(void);

/*
 * To be said before a thread of the program may change those of its ids that go unseen otherwise:
 * of the file system, and its groups.
 */
void rights_may_change(void);

/*
 * Gives this thread the caller's ids, and no capability over sockets. Returns 0, or -EPERM if
 * they cannot be known or given; rights_widen() is due in either case.
 */
int rights_narrow(const struct notice *notice);

/*
 * Is the act, whose result was r, to be tried once more? So it is where r is a want of rights and
 * the caller has capabilities, which this thread then has too.
 */
bool rights_allow(const struct notice *notice, int r);

/* Ends the supervisor if that fails: the program's calls then fail too. */
void rights_widen(void);

#endif
