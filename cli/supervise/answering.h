/* SPDX-License-Identifier: MIT */
/* The supervisor's thread that takes the program's calls and answers them. */
#ifndef BINDTO_ANSWERING_H
#define BINDTO_ANSWERING_H

struct supervisor;

/*
 * Answers every call that comes to the supervisor's listener until nobody is left at its other end,
 * with the rights that this thread has. From then on, who uses *supervisor has to hold its lock.
 * Returns 0 or -errno.
 */
int answering_start(struct supervisor *supervisor);

/* Take and give back the lock: in between, the thread answers no call. */
void answering_pause(struct supervisor *supervisor);
void answering_resume(struct supervisor *supervisor);

#endif
