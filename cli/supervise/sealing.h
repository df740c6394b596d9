/* SPDX-License-Identifier: MIT */
/*
 * What the supervisor lets pass unseen. It cannot look into a process that has forbidden that
 * (PR_SET_DUMPABLE), so the sockets of such a process are sealed: what it does with them cannot
 * break the pin (pin_on_seal()). The supervisor does not know which of its descriptors are sockets
 * of which kind. So it keeps two facts about all such processes together, and none about a
 * descriptor.
 */
#ifndef BINDTO_SEALING_H
#define BINDTO_SEALING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "supervise/outcome.h"

struct call;

enum { SEALING_FORBIDDING_MAX = 16 };

/* For sealing.c. */
struct sealing {
	bool has_unsealed;  /* some such process has a socket that could not be sealed */
	bool has_datagrams; /* some such process has a socket that is no stream */
	/*
	 * Processes whose sockets were sealed, and whose prctl(2) the kernel may not have carried
	 * out yet. If there are too many, the oldest is forgotten.
	 */
	struct forbidding {
		pid_t process, thread; /* the thread that called prctl(2); process 0: none */
	} forbidding[SEALING_FORBIDDING_MAX];
	size_t count; /* of all that there have been */
};

/* To be called when a process that may not be looked into gets a socket of this type. */
void sealing_note(struct sealing *sealing, int type);

/*
 * Is the caller's process about to forbid to be looked into? Until the kernel has carried that out,
 * another thread of the process may make a socket. It has to be sealed as well.
 */
bool sealing_is_under_way(const struct call *call);

/* May the kernel carry out an unseen connect or listen? Not if a socket could not be sealed. */
bool sealing_lets_connect(const struct call *call);

/* May the kernel carry out an unseen sendto? */
bool sealing_lets_send(const struct call *call);

/*
 * May the kernel carry out an unseen sendmsg? Its control messages may name any source (fact 14).
 * So none passes once such a process has a datagram socket, not even a message of AF_UNIX.
 */
bool sealing_lets_message(const struct call *call);

/*
 * Turns what came of opening the caller's descriptor into the outcome of its bind, connect or
 * listen. If the supervisor may not look into the caller (-EPERM), but its sockets were made safe
 * before, the kernel carries the call out.
 */
struct outcome sealing_unseen(const struct call *call, struct outcome opened);

#endif
