/* SPDX-License-Identifier: MIT */
/*
 * Addresses come and go while a program runs. What a verdict takes for granted about them is looked
 * at before it is carried out; what cannot be found out (no descriptor is free) fails the call.
 */
#ifndef BINDTO_CHECK_H
#define BINDTO_CHECK_H

#include "socket/apply.h"
#include "socket/move.h"

/*
 * Sets move->facts.is_peer_gone: has an address that the pin takes for this host's gone elsewhere?
 * Returns 0 or -errno.
 */
int check_peer(struct move *move);

/*
 * Is what a bind asks for an address of this host, and is the pinned one still there, where the
 * verdict depends on it? Returns 0, -EADDRNOTAVAIL if not, or -errno.
 */
int check_verdict(const struct move *move);

#endif
