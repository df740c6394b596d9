/* SPDX-License-Identifier: MIT */
/*
 * The listener on its way from the program's process to the supervisor, and the word to go. Under
 * the filter sendmsg(2) may be trapped, when nobody answers yet: no descriptor can be sent. So the
 * two processes share their descriptors until the program's has the listener and leaves them to the
 * supervisor, and what is sent is the listener's number.
 */
#ifndef BINDTO_HANDOVER_H
#define BINDTO_HANDOVER_H

#include <sys/types.h>

/*
 * The program's side, when it has descriptors of its own. Sends the listener's number in those that
 * it left, or -errno. Returns 0 or -errno.
 */
int handover_send(int handover, int listener);
/*
 * Waits until the supervisor answers calls. Returns into which processes it may look, as an enum
 * pin_look; or -errno if it cannot supervise (-EPIPE: it is gone).
 */
int handover_wait(int handover);

/* The supervisor's side: the listener, or -errno if the program's process has given up. */
int handover_receive(int handover, pid_t program);
/* result: what handover_wait() returns. */
void handover_answer(int handover, int result);

#endif
