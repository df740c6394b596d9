/* SPDX-License-Identifier: MIT */
/*
 * Checks what a verdict takes for granted about addresses, before the verdict is carried out,
 * because addresses come and go while a program runs. If something cannot be found out (no
 * descriptor is free, say), the call fails.
 */
#ifndef BINDTO_CHECK_H
#define BINDTO_CHECK_H

#include "socket/apply.h"
#include "socket/move.h"

/*
 * Finds out whether an address that the pin takes for this host's has gone elsewhere, and sets
 * move->facts.is_peer_gone. Returns 0 or -errno.
 */
int check_peer(struct move *move);

/*
 * Checks that the address which a bind asks for is this host's and, if the verdict depends on it,
 * that the interface still has the pinned address. Returns 0, -EADDRNOTAVAIL if one is not, or
 * another -errno if that cannot be found out.
 */
int check_verdict(const struct move *move);

/* Has this host the source? If that cannot be found out, the answer is yes, and its bind tells. */
bool check_source(const struct pin_source *source);

#endif
