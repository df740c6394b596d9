/* SPDX-License-Identifier: MIT */
/* The listener on its way from the program's process to the supervisor, and the word to go. */
#ifndef BINDTO_HANDOVER_H
#define BINDTO_HANDOVER_H

/* The program's side. Both return 0 or -errno; the wait what the supervisor has found (-EPIPE: it
 * is gone). */
int handover_send(int handover, int listener);
int handover_wait(int handover);

/* The supervisor's side: the listener, or -errno where the program's process has given up. */
int handover_receive(int handover);
void handover_answer(int handover, int error);

#endif
