/* SPDX-License-Identifier: MIT */
/* setsockopt: a program's own choice of a device or of ports, against the pin's. */
#include "calls.h"

#include <errno.h>

#include "option.h"
#include "readable.h"
#include "real.h"
#include "sys.h"

static bool is_ours(int fd)
{
	struct endpoint local;
	return sys_getsockname(fd, &local) == 0;
}

static int current_device(int fd)
{
	int device = 0;
	int r = sys_get_number(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device);
	return r < 0 ? r : device;
}

int call_setsockopt(const struct pin *pin, int fd, int level, int name, const void *value,
		    socklen_t length)
{
	if (!pin_minds_option(pin, level, name)) /* as nearly all of them */
		return real_setsockopt()(fd, level, name, value, length);
	struct option_verdict verdict = {.answer = OPTION_PASS};
	/* Of a longer value the kernel takes the start, too. */
	socklen_t seen = length < sizeof(verdict.value) ? length : sizeof(verdict.value);
	if (is_readable(value, seen) && is_ours(fd))
		verdict = pin_on_option(pin, level, name, value, seen);
	switch (verdict.answer) {
	case OPTION_PASS:
		break;
	case OPTION_REFUSE:
		return call_failed(-EPERM);
	case OPTION_CLEAR:
		return current_device(fd) == 0 ? 0 : call_failed(-EPERM);
	case OPTION_SAME:
		if (current_device(fd) == (int)pin->ifindex)
			return 0;
		return real_setsockopt()(fd, level, name, verdict.value, verdict.length);
	case OPTION_REPLACE:
		return real_setsockopt()(fd, level, name, verdict.value, verdict.length);
	}
	return real_setsockopt()(fd, level, name, value, length);
}
