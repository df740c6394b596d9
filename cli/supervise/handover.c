/* SPDX-License-Identifier: MIT */
/* The number goes by a socket pair, as one write; the answer, 0 or -errno, comes back by it. */
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
	/* Both ends are open here as well: that the program's process is gone is not seen there. */
	int process = (int)syscall(SYS_pidfd_open, program, 0);
	struct pollfd ends[] = {
		{.fd = handover, .events = POLLIN},
		{.fd = process, .events = POLLIN},
	};
	int listener;

	while (poll(ends, 2, -1) < 0)
		;             /* EINTR: all signals are held back, but a tracer may come by */
	(void)close(process); /* waited for, or not to be had */
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
	(void)send(handover, &result, sizeof(result), MSG_NOSIGNAL); /* it may have been killed */
}
