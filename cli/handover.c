/* SPDX-License-Identifier: MIT */
/* A descriptor in an SCM_RIGHTS message (unix(7)). */
#include "handover.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inherited.h"

union control {
	struct cmsghdr header;
	unsigned char room[CMSG_SPACE(sizeof(int))];
};

int handover_send(int handover, int listener)
{
	union control control;
	char byte = 0;
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	memset(&control, 0, sizeof(control));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &listener, sizeof(listener));
	return sendmsg(handover, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int handover_receive(int handover)
{
	union control control;
	char byte;
	int listener = -1;
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	memset(&control, 0, sizeof(control));
	if (recvmsg(handover, &message, MSG_CMSG_CLOEXEC) != 1 ||
	    control.header.cmsg_type != SCM_RIGHTS)
		return -EPIPE;
	memcpy(&listener, CMSG_DATA(&control.header), sizeof(listener));
	listener = inherited_above(listener);
	return listener < 0 ? -errno : listener;
}

int handover_wait(int handover)
{
	int error;

	return read(handover, &error, sizeof(error)) == sizeof(error) ? error : -EPIPE;
}

void handover_answer(int handover, int error)
{
	(void)send(handover, &error, sizeof(error), MSG_NOSIGNAL); /* it may have been killed */
}
