/* SPDX-License-Identifier: MIT */
/*
 * How the listener gets from the program's process to the supervisor, and how the program's process
 * learns that the supervisor answers. The filter may trap sendmsg(2) when nobody answers yet, so
 * the listener cannot be sent as a descriptor. Instead the two processes share their descriptors.
 * When the program's process has installed the filter, it gets descriptors of its own, leaves the
 * shared ones to the supervisor, and sends the listener's number.
 */
#ifndef BINDTO_HANDOVER_H
#define BINDTO_HANDOVER_H

#include <sys/types.h>

/*
 * For the program's process, when it has descriptors of its own: sends the number that the listener
 * has among the shared ones, or -errno if there is none. Returns 0 or -errno.
 */
int handover_send(int handover, int listener);
/*
 * For the program's process: waits until the supervisor answers calls. Returns an enum pin_look,
 * which says into which processes the supervisor may look; or -errno if it cannot supervise
 * (-EPIPE: it is gone).
 */
int handover_wait(int handover);

/* For the supervisor: returns the listener, or -errno if the program's process has given up. */
int handover_receive(int handover, pid_t program);
/* For the supervisor: handover_wait() then returns result. */
void handover_answer(int handover, int result);

#endif
