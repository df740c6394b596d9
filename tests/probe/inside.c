/* SPDX-License-Identifier: MIT */
/*
 * Runs a command in a network namespace, with a time limit, as root or as another user. It does in
 * one program what nsenter, timeout, setpriv and env do one after another: the tests run thousands
 * of commands, and each exec takes time.
 *
 * usage: inside NAMESPACE SECONDS USER [NAME=VALUE]... COMMAND...
 *
 * USER is a number: that user and group, without other groups and capabilities. 0 changes nothing.
 * After SECONDS, it ends the command as timeout(1) does, with SIGTERM and a second later with
 * SIGKILL, and its exit status is 124 or 137. Otherwise the status is the command's; a signal that ended the command ends
 * this program, too. 125 is a failure of its own, 126 and 127 are env(1)'s.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

enum { FAILED = 125, CANNOT_RUN = 126, NOT_FOUND = 127, TIMED_OUT = 124, KILL_AFTER = 1 };

static void give_up(const char *what)
{
	fprintf(stderr, "inside: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

static void enter(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		give_up(path);
	(void)close(fd);
}

/* The kernel clears what is permitted and effective when the user changes from root to another. */
static void become(uid_t user)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (user == 0)
		return;
	for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
	     capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
			give_up("cannot drop a capability");
	if (syscall(SYS_capget, &header, data) < 0)
		give_up("capget");
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].inheritable = 0;
	if (syscall(SYS_capset, &header, data) < 0)
		give_up("capset");
	if (setgroups(0, NULL) < 0 || setresgid(user, user, user) < 0 ||
	    setresuid(user, user, user) < 0)
		give_up("cannot become the user");
}

/* Becomes the command, with the variables that stand before it. */
static void run(char **words)
{
	while (*words != NULL && strchr(*words, '=') != NULL)
		if (putenv(*words++) != 0)
			give_up("putenv");
	if (*words == NULL)
		exit(FAILED);
	execvp(*words, words);
	fprintf(stderr, "inside: %s: %s\n", *words, strerror(errno));
	_exit(errno == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

/* Sends a signal to the command and to the rest of its group, which this process leads. */
static void pass_on(pid_t command, int signal_number)
{
	(void)kill(command, signal_number);
	(void)kill(0, signal_number);
	(void)kill(0, SIGCONT);
}

/* How long it is until a moment; nothing if the moment has passed. */
static struct timespec until(const struct timespec *moment)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	long long left = (moment->tv_sec - now.tv_sec) * SECOND + moment->tv_nsec - now.tv_nsec;
	if (left < 0)
		left = 0;
	return (struct timespec){.tv_sec = left / SECOND, .tv_nsec = left % SECOND};
}

/*
 * Waits until the command ends, and returns whether that took too long. All signals that it handles
 * are blocked: sigtimedwait() takes them.
 */
static bool wait_for(pid_t command, const sigset_t *signals, long seconds, int *ret_status)
{
	struct timespec end, left;
	siginfo_t taken;
	bool is_late = false;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	while (waitpid(command, ret_status, WNOHANG) == 0) {
		left = until(&end);
		if (sigtimedwait(signals, &taken, &left) > 0) {
			if (taken.si_signo != SIGCHLD && taken.si_pid != getpid())
				pass_on(command, taken.si_signo);
			continue;
		}
		if (errno == EINTR)
			continue;
		pass_on(command, is_late ? SIGKILL : SIGTERM); /* SIGKILL ends this process, too */
		is_late = true;
		end.tv_sec += KILL_AFTER;
	}
	return is_late;
}

/* Ends this process as the command has ended. */
static int end_like(int status)
{
	const struct rlimit no_core = {0};
	sigset_t none;

	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)signal(WTERMSIG(status), SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)raise(WTERMSIG(status));
	return FAILED;
}

int main(int argc, char **argv)
{
	const int handled[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT};
	sigset_t signals, before;
	int status = 0;

	if (argc < 5)
		return FAILED;
	enter(argv[1]);
	(void)setpgid(0, 0); /* what the command starts gets the signals as well */
	(void)sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(handled) / sizeof(*handled); i++)
		(void)sigaddset(&signals, handled[i]);
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	/* A shell that runs the tests in the background has them ignore SIGINT and SIGQUIT. */
	for (size_t i = 0; i < sizeof(handled) / sizeof(*handled); i++)
		(void)signal(handled[i], SIG_DFL);
	pid_t command = fork();
	if (command < 0)
		give_up("fork");
	if (command == 0) {
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		become((uid_t)strtoul(argv[3], NULL, 10));
		run(argv + 4);
	}
	if (wait_for(command, &signals, strtol(argv[2], NULL, 10), &status))
		return TIMED_OUT;
	return end_like(status);
}
