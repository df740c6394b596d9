/* SPDX-License-Identifier: MIT */
/* One line on stderr for each socket that is pinned, refused or exempt, where -v asks for it. */
#ifndef BINDTO_SAY_H
#define BINDTO_SAY_H

#include "pin.h"

/*
 * Tells of a call on fd: peer is NULL for a bind. refused: the pin could not be applied; what the
 * peer or the network makes of a pinned call is the program's to tell. Nothing is said without
 * pin->verbose. One write(2), errno kept.
 */
void say_call(const struct pin *pin, int fd, const struct endpoint *peer, bool refused);

#endif
