/* SPDX-License-Identifier: MIT */
/*
 * The kernel says how long its structures are, and may have grown them since this was compiled:
 * each gets ROOM bytes, zeroed as the kernel demands. Nothing is allocated.
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

int notify_open(int listener)
{
	struct seccomp_notif_sizes sizes;
	/* No such call waits (ENOENT); a kernel that does not know the flag says EINVAL. */
	struct seccomp_notif_addfd probe = {.flags = SECCOMP_ADDFD_FLAG_SEND,
					    .srcfd = (__u32)listener};

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return -errno;
	if (sizes.seccomp_notif > ROOM || sizes.seccomp_notif_resp > ROOM)
		return -EMSGSIZE;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &probe) < 0 && errno == EINVAL)
		return -EINVAL;
	/* Caller and supervisor take turns on one processor; before Linux 6.6 it goes without. */
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
	return ioctl(notice->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &notice->id) == 0;
}

/*
 * If the kernel takes no answer, its caller would wait for ever. When the supervisor is gone, the
 * program's calls fail (ENOSYS). ENOENT: the caller is gone. EINPROGRESS: it has an answer.
 */
static int end_unanswered(int r)
{
	if (r < 0 && r != -ENOENT && r != -EINPROGRESS)
		_exit(STATUS_FAILED);
	return r;
}

int notify_answer(const struct notice *notice, int64_t value, int error)
{
	union response response;

	memset(&response, 0, sizeof(response));
	response.resp.id = notice->id;
	if (error == NOTIFY_CONTINUE) {
		response.resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	} else {
		response.resp.error = error;
		response.resp.val = error ? 0 : value;
	}
	int r = ioctl(notice->listener, SECCOMP_IOCTL_NOTIF_SEND, &response) < 0 ? -errno : 0;
	return end_unanswered(r);
}

int notify_give(const struct notice *notice, int fd, bool close_on_exec)
{
	struct seccomp_notif_addfd given = {
		.id = notice->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (__u32)fd,
		.newfd_flags = close_on_exec ? O_CLOEXEC : 0,
	};

	if (ioctl(notice->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given) >= 0)
		return 0;
	int failure = -errno;
	return failure == -ENOENT ? failure : notify_answer(notice, 0, failure);
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

	return ioctl(notice->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given) < 0 ? -errno : 0;
}
