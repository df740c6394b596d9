/* SPDX-License-Identifier: MIT */
/*
 * The supervisor's life: start the program, answer its calls, reap what is orphaned, tell bindto
 * how the program fares, and go when no process is left under the filter. It holds every signal
 * back: what ends it is that, or SIGKILL, after which the program's calls fail (ENOSYS).
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/inherited.h"
#include "socket/birth.h"
#include "supervise/answering.h"
#include "supervise/caller.h"
#include "supervise/dispatch.h"
#include "supervise/events.h"
#include "supervise/handover.h"
#include "supervise/notify.h"
#include "supervise/own_addresses.h"
#include "supervise/protocol.h"
#include "supervise/rights.h"
#include "supervise/waiting.h"

struct supervisor {
	struct pin pin;
	int listener; /* -1: nobody is under the filter any more */
	int channel;  /* -1: bindto is gone */
	int signals;
	pid_t bindto, program;
	bool is_stopped, has_ended;
};

static void tell(const struct supervisor *supervisor, enum protocol_kind kind, int value)
{
	struct protocol_message message = {.kind = kind, .value = value};

	if (supervisor->channel >= 0) /* if that fails, its end is seen next */
		(void)send(supervisor->channel, &message, sizeof(message), MSG_NOSIGNAL);
}

/*
 * bindto stops and goes on as the program does, by the supervisor's hand: one that stopped itself
 * at a message could do so after the program went on.
 */
static void signal_bindto(const struct supervisor *supervisor, int signal)
{
	if (getppid() == supervisor->bindto)
		(void)kill(supervisor->bindto, signal); /* it may be as it should already */
}

static void take_program(struct supervisor *supervisor, int status)
{
	bool was_stopped = supervisor->is_stopped;

	supervisor->is_stopped = WIFSTOPPED(status);
	if (WIFSTOPPED(status)) {
		signal_bindto(supervisor, SIGSTOP);
		return;
	}
	if (!WIFCONTINUED(status)) {
		supervisor->has_ended = true;
		tell(supervisor, PROTOCOL_ENDED, status);
	}
	/* At the end, only a SIGSTOP from here is undone. A tracer that attaches to bindto sends
	 * one of its own, and would wait for it without end (LeakSanitizer, as bindto ends). */
	if (WIFCONTINUED(status) || was_stopped)
		signal_bindto(supervisor, SIGCONT);
}

static void take_children(struct supervisor *supervisor)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0)
		if (pid == supervisor->program && !supervisor->has_ended)
			take_program(supervisor, status);
}

/* The id is the program's as long as it was not waited for. */
static void kill_program(const struct supervisor *supervisor, int signal)
{
	if (!supervisor->has_ended)
		(void)kill(supervisor->program, signal); /* as far as kill(2) permits */
}

static void take_message(struct supervisor *supervisor)
{
	struct protocol_message message;

	if (recv(supervisor->channel, &message, sizeof(message), 0) != sizeof(message)) {
		/* Nothing but SIGKILL ends bindto before the program: it was meant for that. */
		kill_program(supervisor, SIGKILL);
		(void)close(supervisor->channel); /* nothing is left in it */
		supervisor->channel = -1;
		return;
	}
	take_children(supervisor); /* is_stopped is to be what it is now */
	/* A shell continues the whole group: the program is told once. */
	if (message.kind == PROTOCOL_SIGNAL && (message.value != SIGCONT || supervisor->is_stopped))
		kill_program(supervisor, message.value);
}

static void drain_signals(const struct supervisor *supervisor)
{
	struct signalfd_siginfo info;

	while (read(supervisor->signals, &info, sizeof(info)) == sizeof(info))
		;
}

static void loop(struct supervisor *supervisor)
{
	while (!supervisor->has_ended || supervisor->listener >= 0) {
		struct pollfd ready[] = {
			{.fd = supervisor->listener}, /* for its end */
			{.fd = supervisor->signals, .events = POLLIN},
			{.fd = supervisor->channel, .events = POLLIN},
			{.fd = waiting_descriptor(), .events = POLLIN},
		};

		if (poll(ready, 4, -1) < 0)
			continue; /* every signal is blocked: for want of memory */
		if (ready[1].revents) {
			drain_signals(supervisor);
			take_children(supervisor);
		}
		if (ready[2].revents)
			take_message(supervisor);
		if (ready[3].revents) {
			answering_pause();
			waiting_take(supervise, &supervisor->pin);
			answering_resume();
		}
		if (ready[0].revents & POLLHUP)
			supervisor->listener = -1; /* open still: the other thread may be in it */
	}
}

/* All that it needs, opened before the program runs. */
static int open_all(struct supervisor *supervisor)
{
	struct rlimit files;
	sigset_t children;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	supervisor->signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
	if (supervisor->signals < 0)
		return -errno;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files); /* each call that waits holds one */
	}
	supervisor->pin.v6only = birth_v6only();
	int r = notify_open(supervisor->listener);
	if (r == 0)
		r = caller_open();
	if (r == 0)
		r = rights_open();
	if (r == 0)
		r = own_addresses_open(&supervisor->pin);
	if (r == 0)
		r = waiting_open();
	return r < 0 ? r : answering_start(&supervisor->pin, supervisor->listener);
}

/*
 * Alone in its group, with nothing inherited, and nobody's to trace. The program's process has
 * descriptors of its own by now.
 */
static void stand_apart(struct supervisor *supervisor, int handover)
{
	int kept[] = {supervisor->channel, supervisor->listener, handover, -1, -1};

	events_open(&supervisor->pin, kept + 3);
	inherited_close(kept, sizeof(kept) / sizeof(kept[0]));
	(void)setpgid(0, 0);                             /* fails only if it is so already */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);        /* the argument is right */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* worked for bindto */
	int busy = chdir("/"); /* should it fail, it keeps a file system busy, and no more */
	(void)busy;
}

static enum pin_look look_of(const struct supervisor *supervisor)
{
	if (caller_is_blind(supervisor->program))
		return LOOK_NEVER;
	if (rights_see_all())
		return LOOK_ALWAYS;
	return rights_may_differ() ? LOOK_NEVER : LOOK_UNTIL_FORBIDDEN;
}

static void start(struct supervisor *supervisor, const struct launch *launch)
{
	int handover[2];

	if (inherited_pair(handover) < 0)
		die("cannot start '%s'", launch->target->path);
	supervisor->program = program_start(launch, handover);
	if (supervisor->program < 0)
		die("cannot start '%s'", launch->target->path);
	tell(supervisor, PROTOCOL_STARTED, supervisor->program);
	supervisor->listener = handover_receive(handover[0], supervisor->program);
	stand_apart(supervisor, handover[0]);
	if (supervisor->listener >= 0) {
		int r = open_all(supervisor);

		handover_answer(handover[0], r < 0 ? r : (int)look_of(supervisor));
		if (r < 0) { /* nobody answers: what is trapped fails (ENOSYS) */
			(void)close(supervisor->listener);
			supervisor->listener = -1;
		}
	}
	(void)close(handover[0]); /* the program has its answer */
}

void supervisor_run(const struct launch *launch, int channel)
{
	struct supervisor supervisor = {
		.pin = *launch->pin,
		.channel = channel,
		.signals = -1,
		.bindto = getppid(),
	};

	start(&supervisor, launch);
	if (supervisor.listener < 0) { /* the program's process said why */
		int status = W_EXITCODE(STATUS_FAILED, 0);

		(void)waitpid(supervisor.program, &status, 0); /* it ends */
		tell(&supervisor, PROTOCOL_ENDED, status);
		_exit(STATUS_FAILED);
	}
	loop(&supervisor);
	_exit(EXIT_SUCCESS);
}
