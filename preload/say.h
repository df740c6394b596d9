/* SPDX-License-Identifier: MIT */
/* Tells of each socket that is pinned, refused or exempt: on stderr for -v, and in the log. */
#ifndef BINDTO_SAY_H
#define BINDTO_SAY_H

#include "socket/event.h"

/*
 * Tells of a call on fd. peer is NULL for bind(2) and listen(2). Says nothing if the pin does not
 * ask for events. Leaves errno alone.
 */
void say_call(const struct pin *pin, int fd, enum event_call call, const struct endpoint *peer,
	      enum event_end end);

#endif
