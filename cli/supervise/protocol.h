/* SPDX-License-Identifier: MIT */
/*
 * What bindto, the supervisor and the program's process say to each other, and where each of them
 * begins. start.c describes the three.
 */
#ifndef BINDTO_PROTOCOL_H
#define BINDTO_PROTOCOL_H

#include <signal.h>
#include <sys/types.h>

#include "pin/pin.h"
#include "supervise/filter.h"
#include "target/target.h"

enum protocol_kind {
	PROTOCOL_STARTED, /* to bindto: value is the program's process id */
	PROTOCOL_ENDED,   /* to bindto: value is the program's status, as wait(2) gives it */
	PROTOCOL_SIGNAL,  /* to the supervisor: value is a signal for the program */
};

struct protocol_message {
	enum protocol_kind kind;
	int value;
};

/* What the program is started with. */
struct launch {
	const struct pin *pin;
	const struct target *target;
	char **arguments;
	struct filter filter;
	sigset_t signals;          /* the mask that bindto was started with */
	struct sigaction children; /* bindto's action for SIGCHLD when it was started */
	bool has_shell;            /* job_has_shell() */
};

/*
 * Makes this process the supervisor: starts the program and answers its calls. bindto is the
 * process that forked this one.
 */
__attribute__((noreturn)) void supervisor_run(const struct launch *launch, int channel,
					      pid_t bindto);

/*
 * Starts the process that becomes the program. handover is the socket pair of handover.h: the
 * supervisor's end and the program's. Returns the process id, or -1 with errno set.
 */
pid_t program_start(const struct launch *launch, const int handover[2]);

/*
 * For the process that the user started: waits for the program. Returns its exit status; if a
 * signal killed the program, does not return but dies by the same signal.
 */
int foreground_wait(int channel, pid_t supervisor);

#endif
