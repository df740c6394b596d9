/* SPDX-License-Identifier: MIT */
/*
 * bindto while its program runs. It passes on the signals that it gets, and stops and ends as the
 * program does. Signals that the terminal makes are not passed on: the kernel sends them to the
 * process group, and so to the program too, as soon as there is one. bindto closes all that it
 * inherited, so that a pipe closes and a lock ends when the program closes it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/inherited.h"
#include "supervise/protocol.h"

struct foreground {
	int channel; /* to the supervisor; -1: it is gone */
	int signals;
	pid_t supervisor;
	pid_t program; /* 0: it was not started */
	bool has_ended;
	int status; /* as wait(2) gives it */
};

static void forward(const struct foreground *foreground, int signal)
{
	struct protocol_message message = {.kind = PROTOCOL_SIGNAL, .value = signal};

	if (foreground->channel >= 0) {
		if (send(foreground->channel, &message, sizeof(message), MSG_NOSIGNAL) >= 0)
			return;
	}
	/* Without a supervisor the program is this process's child, and nobody else gets its id. */
	if (foreground->program > 0)
		(void)kill(foreground->program, signal);
}

/*
 * Does the kernel send this signal to the whole process group? If the terminal hangs up, it sends
 * SIGHUP to the session's leader only, and that may be bindto. Other signals of the kernel are for
 * this process alone, such as the end of an alarm(2) that was set before bindto was started.
 */
static bool is_for_the_group(const struct signalfd_siginfo *info)
{
	if (info->ssi_code != SI_KERNEL)
		return false;
	switch (info->ssi_signo) {
	case SIGHUP:
		return getsid(0) != getpid();
	case SIGINT:
	case SIGQUIT:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
	case SIGWINCH:
	case SIGCONT:
		return true;
	default:
		return false;
	}
}

/* The supervisor lets bindto go on because the program went on: that is no news for the program. */
static bool is_echo(const struct foreground *foreground, const struct signalfd_siginfo *info)
{
	return info->ssi_signo == SIGCONT && info->ssi_code == SI_USER &&
	       info->ssi_pid == (uint32_t)foreground->supervisor;
}

static void take_child(struct foreground *foreground)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != foreground->program)
			continue;
		if (WIFSTOPPED(status)) {
			(void)raise(SIGSTOP); /* never fails; the shell then sees a stopped job */
		} else {
			foreground->has_ended = true;
			foreground->status = status;
		}
	}
}

/*
 * is_early: it may have come before there was a program, which then has not got it, whoever sent it.
 * Returns false if there is no signal.
 */
static bool take_signal(struct foreground *foreground, bool is_early)
{
	struct signalfd_siginfo info;

	if (read(foreground->signals, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo == SIGCHLD)
		take_child(foreground);
	else if ((is_early || !is_for_the_group(&info)) && !is_echo(foreground, &info))
		forward(foreground, (int)info.ssi_signo);
	return true;
}

/* Is the program a child of this process? If it has ended, its status stays for take_child(). */
static bool program_is_child(const struct foreground *foreground)
{
	siginfo_t info;

	if (foreground->program == 0)
		return false;
	return waitid(P_PID, (id_t)foreground->program, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/*
 * If the supervisor was killed, the program becomes a child of this process. The kernel closes the
 * supervisor's descriptors first, so the program is not a child yet when the channel ends; it is
 * one when waitpid() for the supervisor returns.
 */
static void take_end_of_supervisor(struct foreground *foreground)
{
	(void)close(foreground->channel); /* nothing is left in it */
	foreground->channel = -1;
	(void)waitpid(foreground->supervisor, NULL, 0); /* fails if take_child() has done that */
	take_child(foreground);
	if (!foreground->has_ended && !program_is_child(foreground)) {
		foreground->has_ended = true;
		foreground->status = W_EXITCODE(STATUS_FAILED, 0);
	}
}

/*
 * Receives a message. If the supervisor ends before it has read a signal, the kernel reports that
 * once as ECONNRESET (unix_release_sock() in net/unix/af_unix.c), and before the supervisor's last
 * message.
 */
static ssize_t receive(int channel, struct protocol_message *ret_message)
{
	ssize_t size = recv(channel, ret_message, sizeof(*ret_message), 0);

	if (size < 0 && errno == ECONNRESET)
		size = recv(channel, ret_message, sizeof(*ret_message), 0);
	return size;
}

static void take_message(struct foreground *foreground)
{
	struct protocol_message message;
	ssize_t size = receive(foreground->channel, &message);

	if (size != sizeof(message)) {
		take_end_of_supervisor(foreground);
		return;
	}
	switch (message.kind) {
	case PROTOCOL_STARTED:
		foreground->program = message.value;
		while (take_signal(foreground, true))
			;
		break;
	case PROTOCOL_ENDED:
		foreground->has_ended = true;
		foreground->status = message.value;
		break;
	case PROTOCOL_SIGNAL: /* only bindto sends it */
		break;
	}
}

/* Dies by the signal that killed the program, but without a second core file. */
static void die_by(int signal)
{
	struct rlimit none = {0, 0};
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, signal);
	(void)setrlimit(RLIMIT_CORE, &none);    /* anyone may lower a limit */
	(void)sigaction(signal, &action, NULL); /* fails for SIGKILL, which has no handler */
	(void)raise(signal);
	(void)sigprocmask(SIG_UNBLOCK, &one, NULL); /* the process ends here */
}

int foreground_wait(int channel, pid_t supervisor)
{
	struct foreground foreground = {.channel = channel, .supervisor = supervisor};
	sigset_t all;

	sigfillset(&all);
	foreground.signals = inherited_above(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
	if (foreground.signals < 0)
		die("cannot wait for the program: %s", strerror(errno));
	inherited_close((int[]){channel, foreground.signals}, 2);
	while (!foreground.has_ended) {
		struct pollfd ready[] = {
			{.fd = foreground.signals, .events = POLLIN},
			{.fd = foreground.channel, .events = POLLIN},
		};

		if (poll(ready, 2, -1) < 0)
			continue; /* no memory; every signal is blocked, so it is not EINTR */
		if (ready[1].revents)
			take_message(&foreground);
		else if (ready[0].revents)
			(void)take_signal(&foreground, foreground.program == 0);
	}
	if (WIFSIGNALED(foreground.status))
		die_by(WTERMSIG(foreground.status));
	return WIFEXITED(foreground.status) ? WEXITSTATUS(foreground.status)
					    : 128 + WTERMSIG(foreground.status);
}
