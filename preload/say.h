/* SPDX-License-Identifier: MIT */
/* One line on stderr for each socket that is pinned, refused or exempt, where -v asks for it. */
#ifndef BINDTO_SAY_H
#define BINDTO_SAY_H

#include "event.h"

/*
 * Tells of a call on fd: peer is NULL for a bind. Nothing is said of what the pin asks no events
 * for. errno is kept.
 */
void say_call(const struct pin *pin, int fd, const struct endpoint *peer, enum event_end end);

#endif
