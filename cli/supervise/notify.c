/* SPDX-License-Identifier: MIT */
/*
 * Talks to the kernel through a seccomp listener. A later kernel may have longer structures than
 * this was compiled with, and says how long they are; so each gets ROOM bytes on the stack, zeroed
 * as the kernel demands.
 */
#include "supervise/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diag.h"
#include "supervise/kernel_seccomp.h"

enum { ROOM = 512 };

union request {
	struct seccomp_notif notif;
	unsigned char room[ROOM];
};

union response {
	struct seccomp_notif_resp resp;
	unsigned char room[ROOM];
};

/*
 * As ioctl(2), once it is not interrupted. All signals are blocked, but a supervisor that is stopped
 * or frozen while another thread has the listener's lock gets EINTR, and nothing has happened.
 */
static int ask(int listener, unsigned long request, void *argument)
{
	int r;

	do
		r = ioctl(listener, request, argument);
	while (r < 0 && errno == EINTR);
	return r;
}

int notify_open(int listener)
{
	struct seccomp_notif_sizes sizes;
	/* An answer to no call: ENOENT, or EINVAL from a kernel that does not know the flag. */
	struct seccomp_notif_addfd probe = {.flags = SECCOMP_ADDFD_FLAG_SEND,
					    .srcfd = (__u32)listener};

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return -errno;
	if (sizes.seccomp_notif > ROOM || sizes.seccomp_notif_resp > ROOM)
		return -EMSGSIZE;
	if (ask(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &probe) < 0 && errno == EINVAL)
		return -EINVAL;
	/* Lets caller and supervisor take turns on one processor. Kernels before 6.6 refuse. */
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	return 0;
}

int notify_receive(int listener, struct notice *ret_notice)
{
	union request request;

	memset(&request, 0, sizeof(request));
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
		return -errno;
	*ret_notice = (struct notice){
		.listener = listener,
		.id = request.notif.id,
		.thread = (pid_t)request.notif.pid,
		.arch = request.notif.data.arch,
		.number = request.notif.data.nr,
	};
	for (size_t i = 0; i < 6; i++)
		ret_notice->arguments[i] = request.notif.data.args[i];
	return 0;
}

bool notify_is_waiting(const struct notice *notice)
{
	uint64_t id = notice->id;

	return ask(notice->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/*
 * After an answer that failed with errno. ENOENT: the caller is gone. EINPROGRESS: it has an answer
 * already. Any other failure would leave the caller waiting for ever. When the supervisor ends, the
 * kernel fails the program's calls with ENOSYS (fact 13).
 */
static void end_unless_gone(void)
{
	if (errno != ENOENT && errno != EINPROGRESS)
		_exit(STATUS_FAILED);
}

static void send_response(const struct notice *notice, union response *response)
{
	response->resp.id = notice->id;
	if (ask(notice->listener, SECCOMP_IOCTL_NOTIF_SEND, response) < 0)
		end_unless_gone();
}

void notify_answer(const struct notice *notice, int64_t value)
{
	union response response;

	memset(&response, 0, sizeof(response));
	if (value < 0)
		response.resp.error = (int)value;
	else
		response.resp.val = value;
	send_response(notice, &response);
}

void notify_continue(const struct notice *notice)
{
	union response response;

	memset(&response, 0, sizeof(response));
	response.resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	send_response(notice, &response);
}

void notify_give(const struct notice *notice, int fd, bool close_on_exec)
{
	struct seccomp_notif_addfd given = {
		.id = notice->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (__u32)fd,
		.newfd_flags = close_on_exec ? O_CLOEXEC : 0,
	};

	if (ask(notice->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given) < 0 && errno != ENOENT)
		notify_answer(notice, -errno);
}

int notify_replace(const struct notice *notice, int fd, int number, bool close_on_exec)
{
	struct seccomp_notif_addfd given = {
		.id = notice->id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (__u32)fd,
		.newfd = (__u32)number,
		.newfd_flags = close_on_exec ? O_CLOEXEC : 0,
	};

	return ask(notice->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given) < 0 ? -errno : 0;
}
