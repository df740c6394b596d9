/* SPDX-License-Identifier: MIT */
/*
 * From a notice of the kernel's to the function that carries the call out (call.h), and its answer.
 */
#ifndef BINDTO_DISPATCH_H
#define BINDTO_DISPATCH_H

#include "supervise/call.h"

/* Answers one notice. progress is not NULL for one that had to wait, and is carried out anew. */
void supervise(const struct pin *pin, const struct notice *notice, const struct progress *progress);

#endif
