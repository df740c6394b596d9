/* SPDX-License-Identifier: MIT */
/* One line for each socket that is pinned, refused or exempt: on stderr for -v, in the log. */
#ifndef BINDTO_SAY_H
#define BINDTO_SAY_H

#include "socket/event.h"

/*
 * Tells of a call on fd: peer is NULL for a bind and a listen. Nothing is said of what the pin asks
 * no events for. errno is kept.
 */
void say_call(const struct pin *pin, int fd, enum event_call call, const struct endpoint *peer,
	      enum event_end end);

#endif
