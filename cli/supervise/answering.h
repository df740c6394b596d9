/* SPDX-License-Identifier: MIT */
/* The supervisor's thread that takes the program's calls and answers them. */
#ifndef BINDTO_ANSWERING_H
#define BINDTO_ANSWERING_H

#include "pin/pin.h"

/*
 * Answers every call that comes to the listener, under the pin, until nobody is left at its other
 * end, with the rights that this thread has. Both are in use from then on. Returns 0 or -errno.
 */
int answering_start(const struct pin *pin, int listener);

/* No call is answered in between: around whatever uses the pin or the state of calls. */
void answering_pause(void);
void answering_resume(void);

#endif
