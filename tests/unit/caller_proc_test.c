/* SPDX-License-Identifier: MIT */
/* What the supervisor reads of a thread in /proc. */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "supervise/caller.h"

/* caller_proc.c asks only for callers in other namespaces. */
bool notify_is_waiting(const struct notice *notice)
{
	(void)notice;
	return true;
}

static bool word_is(const char *label, unsigned int which, const char *expected)
{
	static const char status[] =
		"Name:\ta b\\nUid:\t7\nUid:\t0\t1\t22\t3\nGroups:\t4 5 \nSeccomp:\t2";
	const char *word = caller_status_word(status, label, which);

	return word && strncmp(word, expected, strlen(expected)) == 0;
}

static void check_words(void)
{
	CHECK(word_is("\nUid:", 0,
		      "0\t")); /* not that of a program's name: /proc escapes a newline */
	CHECK(word_is("\nUid:", 2, "22\t"));
	CHECK(word_is("\nUid:", 3, "3\n"));
	CHECK(word_is("\nUid:", 9, "\n")); /* the line ends before */
	CHECK(word_is("\nGroups:", 0, "4 5 \n"));
	CHECK(word_is("\nSeccomp:", 5, ""));
	CHECK(!caller_status_word("Name:\tUid:\n", "\nUid:", 0));
	CHECK(!caller_status_word("", "\nUid:", 0));
}

static void check_names(const struct callers *callers)
{
	char name[32], small[4], status[4096];

	CHECK(prctl(PR_SET_NAME, "a long name") == 0);
	CHECK(caller_process(callers, getpid()) == getpid());
	CHECK(caller_name(callers, getpid(), name, sizeof(name)) == 0);
	CHECK(strcmp(name, "a long name") == 0);
	CHECK(caller_name(callers, getpid(), small, sizeof(small)) == 0);
	CHECK(strlen(small) < sizeof(small));
	int length = caller_status(callers, getpid(), status, sizeof(status));
	CHECK(length > 0 && status[length] == '\0');
	CHECK(caller_status(callers, 0, status, sizeof(status)) == -ENOENT);
	CHECK(caller_process(callers, 0) == -ESRCH);
}

/* A child that stops itself, so that a signal stays pending. */
static pid_t stopped_child(int blocked)
{
	sigset_t mask;
	int status;
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		sigemptyset(&mask);
		sigaddset(&mask, blocked);
		(void)sigprocmask(SIG_SETMASK, &mask, NULL);
		(void)raise(SIGSTOP);
		_exit(0);
	}
	CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
	return child;
}

static void check_signals(const struct callers *callers)
{
	pid_t child = stopped_child(SIGUSR1);

	CHECK(!caller_is_signalled(callers, child));
	CHECK(kill(child, SIGUSR1) == 0); /* which it blocks */
	CHECK(!caller_is_signalled(callers, child));
	CHECK(kill(child, SIGUSR2) == 0);
	CHECK(caller_is_signalled(callers, child));
	CHECK(kill(child, SIGKILL) == 0);
	CHECK(waitpid(child, NULL, 0) == child);
	CHECK(!caller_is_signalled(callers, child)); /* it is gone */
}

int main(void)
{
	struct callers callers;

	CHECK(caller_open(&callers) == 0);
	check_words();
	check_names(&callers);
	check_signals(&callers);
	return 0;
}
