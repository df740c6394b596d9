/* SPDX-License-Identifier: MIT */
/*
 * The supervisor's life. It starts the program, answers its calls, reaps orphans, tells bindto how
 * the program fares, and ends when no process is left under the filter. It blocks every signal, so
 * nothing else ends it but SIGKILL, after which the program's calls fail (fact 13).
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
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
#include "supervise/handover.h"
#include "supervise/notify.h"
#include "supervise/protocol.h"
#include "supervise/supervisor.h"

/* How bindto and the program fare. Only the supervisor's first thread looks at this. */
struct life {
	int listener; /* -1: no process is left under the filter */
	int channel;  /* to bindto; -1: it is gone */
	int signals;
	pid_t bindto, program;
	bool is_stopped, has_ended; /* the program */
};

static void tell(const struct life *life, enum protocol_kind kind, int value)
{
	struct protocol_message message = {.kind = kind, .value = value};

	/* If this fails, bindto is gone, and take_message() sees that next. */
	if (life->channel >= 0)
		(void)send(life->channel, &message, sizeof(message), MSG_NOSIGNAL);
}

/*
 * The supervisor stops bindto and lets it go on as the program does. If bindto stopped itself at a
 * message, it could do so after the program went on.
 */
static void signal_bindto(const struct life *life, int signal)
{
	if (getppid() == life->bindto)
		(void)kill(life->bindto, signal); /* fails if bindto has ended just now */
}

static void take_program(struct life *life, int status)
{
	bool was_stopped = life->is_stopped;

	life->is_stopped = WIFSTOPPED(status);
	if (WIFSTOPPED(status)) {
		signal_bindto(life, SIGSTOP);
		return;
	}
	if (!WIFCONTINUED(status)) {
		life->has_ended = true;
		tell(life, PROTOCOL_ENDED, status);
	}
	/*
	 * When the program ends, bindto gets a SIGCONT only if the supervisor has stopped it. A
	 * tracer that attaches to bindto (LeakSanitizer, as bindto ends) sends a SIGSTOP of its own
	 * and waits for it; a SIGCONT would take that away, and the tracer would wait for ever.
	 */
	if (WIFCONTINUED(status) || was_stopped)
		signal_bindto(life, SIGCONT);
}

static void take_children(struct life *life)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0)
		if (pid == life->program && !life->has_ended)
			take_program(life, status);
}

/* Until the program has been waited for, nobody else can have its id. */
static void kill_program(const struct life *life, int signal)
{
	if (!life->has_ended)
		(void)kill(life->program, signal); /* as far as kill(2) permits */
}

static void take_message(struct life *life)
{
	struct protocol_message message;

	if (recv(life->channel, &message, sizeof(message), 0) != sizeof(message)) {
		/* Only SIGKILL ends bindto before the program, and was meant for the program. */
		kill_program(life, SIGKILL);
		(void)close(life->channel); /* nothing is left in it */
		life->channel = -1;
		return;
	}
	take_children(life); /* so that is_stopped is up to date */
	/* A shell sends SIGCONT to the whole group, the program too: no need to pass it on. */
	if (message.kind == PROTOCOL_SIGNAL && (message.value != SIGCONT || life->is_stopped))
		kill_program(life, message.value);
}

static void drain_signals(const struct life *life)
{
	struct signalfd_siginfo info;

	while (read(life->signals, &info, sizeof(info)) == sizeof(info))
		;
}

static void loop(struct life *life, struct supervisor *supervisor)
{
	while (!life->has_ended || life->listener >= 0) {
		struct pollfd ready[] = {
			{.fd = life->listener}, /* for POLLHUP */
			{.fd = life->signals, .events = POLLIN},
			{.fd = life->channel, .events = POLLIN},
			{.fd = waiting_descriptor(&supervisor->waiting), .events = POLLIN},
			{.fd = relay_descriptor(&supervisor->relay), .events = POLLIN},
		};

		if (poll(ready, 5, -1) < 0)
			continue; /* no memory; every signal is blocked, so it is not EINTR */
		if (ready[1].revents) {
			drain_signals(life);
			take_children(life);
		}
		if (ready[2].revents)
			take_message(life);
		if (ready[3].revents) {
			answering_pause(supervisor);
			waiting_take(supervisor, dispatch);
			answering_resume(supervisor);
		}
		if (ready[4].revents) {
			answering_pause(supervisor);
			relay_take(supervisor);
			answering_resume(supervisor);
		}
		/* The descriptor stays open: the other thread may be in a call on it. */
		if (ready[0].revents & POLLHUP)
			life->listener = -1;
	}
}

/* Makes the supervisor able to answer calls. Returns 0 or -errno. */
static int open_all(struct supervisor *supervisor, const struct pin *pin)
{
	struct pin own = *pin;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files); /* each call that waits holds one */
	}
	own.v6only = birth_v6only();
	int r = notify_open(supervisor->listener);
	if (r == 0)
		r = caller_open(&supervisor->callers);
	if (r == 0)
		r = rights_open(supervisor);
	if (r == 0)
		r = live_pin_open(&supervisor->pin, &own);
	if (r == 0)
		r = relay_open(&supervisor->relay, pin->views);
	return r < 0 ? r : waiting_open(&supervisor->waiting);
}

/* Returns 0 or -errno. */
static int open_signals(struct life *life)
{
	sigset_t children;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	life->signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
	return life->signals < 0 ? -errno : 0;
}

/*
 * Leaves the process group and the descriptors that bindto was started with, and lets nobody trace
 * this process. Without a shell it leaves the session as well: a parent within the session, but in
 * another group, is a shell to the kernel, and Ctrl-Z would stop the program, which nobody could
 * continue. The program's process has descriptors of its own by now.
 */
static void stand_apart(const struct life *life, const struct launch *launch, struct events *events,
			int handover)
{
	int kept[] = {life->channel, life->listener, handover, -1, -1};

	events_open(events, launch->pin, kept + 3);
	inherited_close(kept, sizeof(kept) / sizeof(kept[0]));
	/* Each fails only for a group's leader, and this process is none. */
	(void)(launch->has_shell ? setpgid(0, 0) : setsid());
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);        /* the argument is right */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* worked for bindto */
	int busy = chdir("/"); /* if it fails, a file system cannot be unmounted, no more */
	(void)busy;
}

/* Into which processes the supervisor may look, for the library to know. */
static enum pin_look look_of(const struct supervisor *supervisor, pid_t program)
{
	if (caller_is_blind(program))
		return LOOK_NEVER;
	if (rights_see_all(&supervisor->rights))
		return LOOK_ALWAYS;
	return rights_may_differ(&supervisor->rights) ? LOOK_NEVER : LOOK_UNTIL_FORBIDDEN;
}

/* Begins to answer, before the program runs. Returns what handover_answer() tells the program. */
static int begin(struct life *life, struct supervisor *supervisor, const struct launch *launch)
{
	supervisor->listener = life->listener;
	int r = open_signals(life);
	if (r == 0)
		r = open_all(supervisor, launch->pin);
	if (r < 0)
		return r;
	enum pin_look look = look_of(supervisor, life->program);
	r = answering_start(supervisor);
	return r < 0 ? r : (int)look;
}

static void start(struct life *life, struct supervisor *supervisor, const struct launch *launch)
{
	int handover[2];

	if (inherited_pair(handover) < 0)
		die("cannot start '%s': %s", launch->target->path, strerror(errno));
	life->program = program_start(launch, handover);
	if (life->program < 0)
		die("cannot start '%s': %s", launch->target->path, strerror(errno));
	tell(life, PROTOCOL_STARTED, life->program);
	life->listener = handover_receive(handover[0], life->program);
	stand_apart(life, launch, &supervisor->events, handover[0]);
	if (life->listener >= 0) {
		int r = begin(life, supervisor, launch);

		handover_answer(handover[0], r);
		if (r < 0) { /* nobody answers: trapped calls fail with ENOSYS */
			(void)close(life->listener);
			life->listener = -1;
		}
	}
	(void)close(handover[0]); /* the program has its answer */
}

void supervisor_run(const struct launch *launch, int channel, pid_t bindto)
{
	/* 160 KB, most of it struct message_room: too much for a stack that the user may limit. */
	static struct supervisor supervisor = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct life life = {.channel = channel, .signals = -1, .bindto = bindto};

	start(&life, &supervisor, launch);
	if (life.listener < 0) { /* the program's process has said why, and ends */
		int status = W_EXITCODE(STATUS_FAILED, 0);

		(void)waitpid(life.program, &status, 0); /* if it fails, status stays as it is */
		tell(&life, PROTOCOL_ENDED, status);
		_exit(STATUS_FAILED);
	}
	loop(&life, &supervisor);
	_exit(EXIT_SUCCESS);
}
