/* SPDX-License-Identifier: MIT */
/*
 * The supervisor acts with no more rights than the caller has: user, groups and capabilities of
 * the acting thread become the caller's around an act. What it may read of the caller comes before.
 */
#ifndef BINDTO_RIGHTS_H
#define BINDTO_RIGHTS_H

#include "notify.h"

/* Looks at this process's own rights. Returns 0 or -errno. */
int rights_open(void);

/*
 * Narrows this thread's rights to those of the caller. Returns 1 where they are to be widened
 * again, 0 where they are the same, -EPERM where they cannot be known or given.
 */
int rights_narrow(const struct notice *notice);

/* Ends the supervisor where that fails: the program's calls then fail too. */
void rights_widen(void);

/* For a thread that does nothing that needs any. */
void rights_drop(void);

#endif
