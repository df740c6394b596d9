/* SPDX-License-Identifier: MIT */
/* One line on stderr for each socket that is pinned, refused or exempt, where -v asks for it. */
#ifndef BINDTO_SAY_H
#define BINDTO_SAY_H

#include "pin.h"

/*
 * Tells of a call on fd: peer is NULL for a bind, result is -errno of a call that failed, else 1.
 * Nothing is said without pin->verbose. One write(2), errno kept.
 */
void say_call(const struct pin *pin, int fd, const struct endpoint *peer, int result);

#endif
