/* SPDX-License-Identifier: MIT */
/* The listener's number goes through a socket pair in one write, and the answer comes back. */
#include "supervise/handover.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int handover_send(int handover, int listener)
{
	return write(handover, &listener, sizeof(listener)) < 0 ? -errno : 0;
}

int handover_receive(int handover, pid_t program)
{
	/*
	 * This process shares its descriptors with the program's, and so has both ends of the pair
	 * open. If the program's process dies, only its pidfd says so.
	 */
	int process = (int)syscall(SYS_pidfd_open, program, 0);
	struct pollfd ends[] = {
		{.fd = handover, .events = POLLIN},
		{.fd = process, .events = POLLIN},
	};
	int listener;

	if (process < 0)
		return -errno;
	while (poll(ends, 2, -1) < 0)
		;             /* EINTR: all signals are blocked, but a tracer may interrupt */
	(void)close(process); /* a pidfd has nothing to lose; -1 if there was none */
	ssize_t size = recv(handover, &listener, sizeof(listener), MSG_DONTWAIT);
	return size == sizeof(listener) ? listener : -EPIPE;
}

int handover_wait(int handover)
{
	int error;

	return read(handover, &error, sizeof(error)) == sizeof(error) ? error : -EPIPE;
}

void handover_answer(int handover, int result)
{
	/* Fails only if the program's process was killed. */
	(void)send(handover, &result, sizeof(result), MSG_NOSIGNAL);
}
