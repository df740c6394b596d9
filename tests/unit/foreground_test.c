/* SPDX-License-Identifier: MIT */
/*
 * bindto while its program runs. After its supervisor was killed, it ends with the program's exit
 * status, wherever between its own calls the program ends. The linker sends the calls of
 * foreground.c that wait for a child or for a signal to the functions here (--wrap), and before the
 * N-th of them the program ends.
 *
 * A SIGCONT by which the supervisor lets bindto go on does not come back to the supervisor: by then
 * the program may have stopped again.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "supervise/protocol.h"

enum { STATUS = 7, PATIENCE = 10000 /* milliseconds */ };

/* What the processes share. */
static volatile struct {
	int calls;     /* that bindto has made */
	int at;        /* the program ends before this call */
	pid_t program; /* 0: it has ended */
	bool was_late; /* it ended when bindto had nothing else to do but to wait for it */
} * shared;

pid_t __real_waitpid(pid_t pid, int *status, int options);
int __real_waitid(idtype_t which, id_t id, siginfo_t *info, int options);
int __real_poll(struct pollfd *descriptors, nfds_t count, int timeout);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
int __wrap_waitid(idtype_t which, id_t id, siginfo_t *info, int options);
int __wrap_poll(struct pollfd *descriptors, nfds_t count, int timeout);

/* Returns when pid has ended, whoever its parent is; false if that takes too long. */
static bool ends(pid_t pid)
{
	struct pollfd process = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};

	CHECK(process.fd >= 0);
	int r = __real_poll(&process, 1, PATIENCE);
	CHECK(close(process.fd) == 0);
	return r == 1;
}

static void end_program(void)
{
	pid_t program = shared->program;

	shared->program = 0;
	CHECK(kill(program, SIGUSR1) == 0 && ends(program));
}

static void count_a_call(void)
{
	if (++shared->calls >= shared->at && shared->program > 0)
		end_program();
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	count_a_call();
	return __real_waitpid(pid, status, options);
}

int __wrap_waitid(idtype_t which, id_t id, siginfo_t *info, int options)
{
	count_a_call();
	return __real_waitid(which, id, info, options);
}

int __wrap_poll(struct pollfd *descriptors, nfds_t count, int timeout)
{
	count_a_call();
	if (shared->program > 0 && __real_poll(descriptors, count, 0) == 0) {
		shared->was_late = true;
		end_program();
	}
	return __real_poll(descriptors, count, timeout);
}

/* All signals are blocked here, as in all that bindto starts before the program itself runs. */
__attribute__((noreturn)) static void supervise(int channel)
{
	pid_t program = fork();

	CHECK(program >= 0);
	if (program == 0) {
		sigset_t end;
		int signal;

		CHECK(close(channel) == 0); /* else the channel would outlive the supervisor */
		sigemptyset(&end);
		sigaddset(&end, SIGUSR1);
		_exit(sigwait(&end, &signal) == 0 ? STATUS : 1);
	}
	struct protocol_message started = {.kind = PROTOCOL_STARTED, .value = program};
	CHECK(send(channel, &started, sizeof(started), 0) == sizeof(started));
	shared->program = program;
	_exit(0);
}

/* As the supervisor when the program went on. The signal behind it shows that bindto has read both. */
__attribute__((noreturn)) static void let_go_on(int channel)
{
	struct protocol_message started = {.kind = PROTOCOL_STARTED, .value = getpid()};
	struct protocol_message ended = {.kind = PROTOCOL_ENDED, .value = W_EXITCODE(STATUS, 0)};
	struct protocol_message got;

	CHECK(send(channel, &started, sizeof(started), 0) == sizeof(started));
	CHECK(kill(getppid(), SIGCONT) == 0 && kill(getppid(), SIGWINCH) == 0);
	CHECK(recv(channel, &got, sizeof(got), 0) == sizeof(got));
	CHECK(got.kind == PROTOCOL_SIGNAL && got.value == SIGWINCH);
	CHECK(send(channel, &ended, sizeof(ended), 0) == sizeof(ended));
	_exit(0);
}

__attribute__((noreturn)) static void be_bindto(void (*be_supervisor)(int channel))
{
	int channel[2];
	sigset_t all;

	sigfillset(&all);
	CHECK(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
	CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel) == 0);
	pid_t supervisor = fork();
	CHECK(supervisor >= 0);
	if (supervisor == 0)
		be_supervisor(channel[1]);
	CHECK(close(channel[1]) == 0);
	if (be_supervisor == supervise)
		CHECK(ends(supervisor));
	_exit(foreground_wait(channel[0], supervisor));
}

/* Returns whether bindto ends with the program's status. */
static bool ends_right(void (*be_supervisor)(int channel))
{
	int status;
	pid_t bindto = fork();

	CHECK(bindto >= 0);
	if (bindto == 0)
		be_bindto(be_supervisor);
	bool has_ended = ends(bindto);
	if (!has_ended)
		CHECK(kill(bindto, SIGKILL) == 0);
	CHECK(__real_waitpid(bindto, &status, 0) == bindto);
	return has_ended && WIFEXITED(status) && WEXITSTATUS(status) == STATUS;
}

int main(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	CHECK(shared != MAP_FAILED);
	CHECK(ends_right(let_go_on));
	do {
		shared->at++;
		shared->calls = 0;
		bool is_right = ends_right(supervise);
		if (!is_right)
			fprintf(stderr, "the program ended before call %d\n", shared->at);
		CHECK(is_right);
	} while (!shared->was_late);
	CHECK(shared->at > 3);
	return 0;
}
