/* SPDX-License-Identifier: MIT */
#include "socket/outer.h"

#include <errno.h>
#include <sys/socket.h>

#include "socket/gate_place.h"
#include "socket/sys.h"

enum outer outer_ask(void)
{
	switch (sys_socket(AF_INET, GATE_QUESTION, 0)) {
	case -EALREADY:
		return OUTER_GATED;
	case -EINPROGRESS:
		return OUTER_STRICT;
	default: /* EINVAL, or what a sandbox says */
		return OUTER_NONE;
	}
}
