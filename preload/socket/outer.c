/* SPDX-License-Identifier: MIT */
/* The question is a socket(2) that fails whoever answers it, so it leaves nothing behind. */
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
	default: /* EINVAL from the kernel, or whatever a sandbox answers */
		return OUTER_NONE;
	}
}
