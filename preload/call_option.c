/* SPDX-License-Identifier: MIT */
/* setsockopt: a program's own choice of a device or of ports, against the pin's. */
#include "calls.h"

#include <errno.h>

#include "option.h"
#include "readable.h"
#include "real.h"
#include "sys.h"

static int current_device(int fd)
{
	int device = 0;
	int r = sys_get_number(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device);
	return r < 0 ? r : device;
}

int call_setsockopt(const struct pin *pin, int fd, int level, int name, const void *value,
		    socklen_t length)
{
	struct option_verdict verdict = {.answer = OPTION_PASS};
	if (pin_minds_option(pin, level, name) && length <= sizeof(verdict.value) &&
	    is_readable(value, length))
		verdict = pin_on_option(pin, level, name, value, length);
	switch (verdict.answer) {
	case OPTION_PASS:
		break;
	case OPTION_REFUSE:
		return call_failed(-EPERM);
	case OPTION_REPLACE:
		return real_setsockopt()(fd, level, name, verdict.value, verdict.length);
	case OPTION_CLEAR:
		if (current_device(fd) == 0)
			return 0;
		return call_failed(current_device(fd) < 0 ? current_device(fd) : -EPERM);
	case OPTION_SAME:
		if (current_device(fd) == (int)pin->ifindex)
			return 0;
		break;
	}
	return real_setsockopt()(fd, level, name, value, length);
}
