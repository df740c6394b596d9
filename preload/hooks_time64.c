/* SPDX-License-Identifier: MIT */
/*
 * The hooks of the names that glibc 2.34 gives some calls in 32-bit programs with a 64-bit time_t.
 * These calls differ only for options of socket(7) that hold a time, and the pin does not look at
 * those.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "call_view.h"
#include "calls.h"
#include "config.h"
#include "hook.h"
#include "pin/option.h"
#include "real.h"

int __ioctl_time64(int fd, unsigned long request, ...);
ssize_t __recvmsg64(int fd, struct msghdr *message, int flags);
int __recvmmsg64(int fd, struct mmsghdr *vector, unsigned int count, int flags, void *limit);
ssize_t __sendmsg64(int fd, const struct msghdr *message, int flags);
int __sendmmsg64(int fd, struct mmsghdr *vector, unsigned int count, int flags);
int __setsockopt64(int fd, int level, int name, const void *value, socklen_t length);
int __getsockopt64(int fd, int level, int name, void *value, socklen_t *length);

EXPORT ssize_t __sendmsg64(int fd, const struct msghdr *message, int flags)
{
	return sendmsg(fd, message, flags);
}

EXPORT int __sendmmsg64(int fd, struct mmsghdr *vector, unsigned int count, int flags)
{
	return sendmmsg(fd, vector, count, flags);
}

enum later {
	LATER_IOCTL,
	LATER_GETSOCKOPT,
	LATER_RECVMMSG,
	LATER_RECVMSG,
	LATER_SETSOCKOPT,
	LATER_COUNT
};

static const char NAMES[LATER_COUNT][sizeof("__setsockopt64")] = {
	[LATER_IOCTL] = "__ioctl_time64",      [LATER_GETSOCKOPT] = "__getsockopt64",
	[LATER_RECVMMSG] = "__recvmmsg64",     [LATER_RECVMSG] = "__recvmsg64",
	[LATER_SETSOCKOPT] = "__setsockopt64",
};

static _Atomic(void *) slots[LATER_COUNT];

/*
 * Like real_at(), but returns NULL with errno set if libc lacks the name. Only programs made for a
 * libc that has the name call it.
 */
static void *later_at(enum later index)
{
	void *real = atomic_load_explicit(&slots[index], memory_order_relaxed);
	if (!real) {
		real = real_next(NAMES[index]);
		atomic_store_explicit(&slots[index], real, memory_order_relaxed);
	}
	if (!real)
		errno = ENOSYS;
	return real;
}

/* Looks all names up early, so that no hook in a signal handler has to (see real.c). */
__attribute__((constructor)) static void look_up_all(void)
{
	int saved = errno;
	for (enum later index = 0; index < LATER_COUNT; index++)
		(void)later_at(index); /* it fills the slot */
	errno = saved;
}

EXPORT int __setsockopt64(int fd, int level, int name, const void *value, socklen_t length)
{
	const struct pin *pin = config_pin();
	if (pin && call_minds_setsockopt(pin, level, name))
		return call_setsockopt(pin, fd, level, name, value, length);
	__typeof__(&__setsockopt64) real;
	*(void **)&real = later_at(LATER_SETSOCKOPT);
	return real ? real(fd, level, name, value, length) : -1;
}

EXPORT int __getsockopt64(int fd, int level, int name, void *value, socklen_t *length)
{
	if (call_minds_getsockopt(level, name))
		return getsockopt(fd, level, name, value, length);
	__typeof__(&__getsockopt64) real;
	*(void **)&real = later_at(LATER_GETSOCKOPT);
	return real ? real(fd, level, name, value, length) : -1;
}

EXPORT ssize_t __recvmsg64(int fd, struct msghdr *message, int flags)
{
	__typeof__(&__recvmsg64) real;
	*(void **)&real = later_at(LATER_RECVMSG);
	ssize_t received = real ? real(fd, message, flags) : -1;
	if (received >= 0 && config_pin())
		call_note_received(message);
	return received;
}

EXPORT int __recvmmsg64(int fd, struct mmsghdr *vector, unsigned int count, int flags, void *limit)
{
	__typeof__(&__recvmmsg64) real;
	*(void **)&real = later_at(LATER_RECVMMSG);
	int received = real ? real(fd, vector, count, flags, limit) : -1;
	for (int i = 0; i < received && config_pin(); i++)
		call_note_received(&vector[i].msg_hdr);
	return received;
}

EXPORT int __ioctl_time64(int fd, unsigned long request, ...)
{
	va_list rest;
	va_start(rest, request);
	void *argument = va_arg(rest, void *);
	va_end(rest);
	const struct pin *pin = config_pin();
	if (pin && call_views_ioctl(pin, request))
		return call_view_ioctl(pin, fd, request, argument);
	__typeof__(&__ioctl_time64) real;
	*(void **)&real = later_at(LATER_IOCTL);
	return real ? real(fd, request, argument) : -1;
}
