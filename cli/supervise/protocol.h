/* SPDX-License-Identifier: MIT */
/* What bindto's two processes say to each other: see start.c for who they are. */
#ifndef BINDTO_PROTOCOL_H
#define BINDTO_PROTOCOL_H

#include <signal.h>
#include <sys/types.h>

#include "pin/pin.h"
#include "supervise/filter.h"
#include "target/target.h"

enum protocol_kind {
	PROTOCOL_STARTED, /* the program's process id */
	PROTOCOL_ENDED,   /* with a wait status */
	PROTOCOL_SIGNAL,  /* to the supervisor: for the program */
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
	struct sigaction children; /* what it did with SIGCHLD */
};

/* The supervisor: starts the program and answers its calls; never returns. */
__attribute__((noreturn)) void supervisor_run(const struct launch *launch, int channel);

/*
 * The program's own process before it is the program, with the two ends by which the listener is
 * handed over: the supervisor's and its own. Returns its process id, or -1 with errno set.
 */
pid_t program_start(const struct launch *launch, const int handover[2]);

/*
 * The process that was started as bindto: waits for the program and ends as it ends. Returns the
 * exit status, or does not return if the program died by a signal.
 */
int foreground_wait(int channel, pid_t supervisor);

#endif
