/* SPDX-License-Identifier: MIT */
/*
 * prctl(PR_SET_DUMPABLE), by which a process forbids others to look into it, or permits it again.
 */
#include <sys/prctl.h>

#include "calls.h"
#include "config.h"
#include "real.h"
#include "socket/gate_place.h"

int call_set_dumpable(unsigned long value)
{
	bool was_hidden = config_hide(value == 0);
	int r = real_prctl()(PR_SET_DUMPABLE, value, 0UL, 0UL, value == 0 ? GATE_HIDES : 0UL);
	if (r < 0)
		(void)config_hide(was_hidden); /* returns what was set above */
	return r;
}
