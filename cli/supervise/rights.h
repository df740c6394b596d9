/* SPDX-License-Identifier: MIT */
/*
 * The supervisor acts with no more rights than the caller has: around an act its user and groups
 * become those of the calling thread, and if the act fails for want of rights, it is tried once
 * more with the capabilities that both have.
 */
#ifndef BINDTO_RIGHTS_H
#define BINDTO_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/capability.h>
#include <sys/types.h>

struct call;
struct supervisor;

enum { RIGHTS_GROUPS_MAX = 256 };

struct identity {
	uid_t user;  /* of the file system */
	gid_t group; /* effective */
	gid_t groups[RIGHTS_GROUPS_MAX];
	size_t group_count;
	uint64_t capabilities; /* effective */
};

/* For rights.c. */
struct rights {
	bool is_privileged; /* if not, the supervisor has no right that a caller may lack */
	bool is_comparable; /* prlimit(2) tells whether a caller has the supervisor's ids */
	struct identity own;
	cap_t own_caps;  /* all that the supervisor was started with */
	cap_t kept_caps; /* those that it has between acts */
	cap_t lent_caps; /* room for those of a second try */
	bool is_other;   /* this thread has a caller's ids */
	bool is_lent;    /* this thread has other capabilities than kept_caps */
};

/*
 * Looks at the rights that this process has, and holds back those over sockets. Returns 0 or
 * -errno.
 */
int rights_open(struct supervisor *supervisor);

/* Has this process the capability to look into every caller (CAP_SYS_PTRACE)? */
bool rights_see_all(const struct rights *rights);

/*
 * May a caller come to have other ids than this process? Then the supervisor may look into it only
 * if rights_see_all().
 */
bool rights_may_differ(const struct rights *rights);

/*
 * To be called before a thread of the program may change those of its ids that prlimit(2) does not
 * compare: its file system ids and its groups.
 */
void rights_may_change(struct rights *rights);

/*
 * Something to do with a caller's rights. Returns 0 or more, or -errno. is_again: the first try
 * failed for want of rights, and may have changed what context says of a socket.
 */
typedef int rights_deed(void *context, bool is_again);

/*
 * Calls deed(context) with the caller's ids and with none of the supervisor's capabilities over
 * sockets; if it returns -EPERM or -EACCES, once more with the capabilities that the caller has
 * too. Returns what deed returned last, or -EPERM if the caller's ids cannot be known or taken on.
 * What deed needs to read of the caller must be read before. Ends the supervisor if it cannot get
 * its own ids back: the program's calls then fail (fact 13).
 */
int rights_act(const struct call *call, rights_deed *deed, void *context);

#endif
