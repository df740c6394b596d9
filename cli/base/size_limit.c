/* SPDX-License-Identifier: MIT */
/*
 * Ignores SIGXFSZ. A write beyond RLIMIT_FSIZE (`ulimit -f`) raises it, which would end bindto
 * (setrlimit(2)). If the signal is ignored, write(2) fails with EFBIG, and bindto can remove the
 * file and go on without it.
 */
#include "base/size_limit.h"

#include <sys/resource.h>

struct sigaction size_limit_ignore(void)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction before = {.sa_handler = SIG_DFL};

	(void)sigaction(SIGXFSZ, &ignore, &before); /* cannot fail with these arguments */
	return before;
}

void size_limit_obey(const struct sigaction *before)
{
	(void)sigaction(SIGXFSZ, before, NULL); /* cannot fail: it was set like this before */
}

bool size_limit_is_reached(off_t size)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 && (rlim_t)size >= limit.rlim_cur;
}
