/* SPDX-License-Identifier: MIT */
/* sys_raw() by libc's syscall(3), for the executable and for libraries that have no gate. */
#include <errno.h>
#include <unistd.h>

#include "socket/sys_raw.h"

long sys_raw(long number, long a, long b, long c, long d, long e, long f)
{
	int saved = errno;
	long r = syscall(number, a, b, c, d, e, f);
	if (r < 0)
		r = -errno;
	errno = saved;
	return r;
}
