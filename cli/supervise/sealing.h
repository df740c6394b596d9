/* SPDX-License-Identifier: MIT */
/*
 * What may still go by unseen. A process that forbids to be looked into keeps its sockets, sealed
 * (pin_on_seal()). The supervisor does not know which of its descriptors are sockets of which kind,
 * so it keeps two facts about all such processes together, and none about a descriptor.
 */
#ifndef BINDTO_SEALING_H
#define BINDTO_SEALING_H

#include <stdbool.h>

#include "pin/pin.h"
#include "supervise/notify.h"

/* To be said when a process that may not be looked into is given a socket of this type. */
void sealing_note(int type);

/*
 * Has the caller's process asked to forbid to be looked into? Another thread of it may have a
 * socket made before the kernel has carried that out: it is to be sealed as if it had.
 */
bool sealing_is_under_way(const struct notice *notice);

/* May the kernel carry out an unseen connect or listen? Not if a socket could not be sealed. */
bool sealing_lets_connect(const struct pin *pin);

/*
 * Turns what opening the caller's descriptor gave (0 or -errno) into the answer to a connect, listen or
 * bind. If we may not look into the caller (-EPERM), its sockets were made safe before, so the kernel
 * may carry the call out (NOTIFY_CONTINUE).
 */
int sealing_unseen(const struct pin *pin, int r);

/* ... an unseen sendto? */
bool sealing_lets_send(const struct pin *pin);

/*
 * ... an unseen message? Its control messages may name any source (fact 14). So none passes once
 * such a process has a datagram socket, not even one of AF_UNIX.
 */
bool sealing_lets_message(const struct pin *pin);

#endif
