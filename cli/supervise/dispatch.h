/* SPDX-License-Identifier: MIT */
/* From a notice of the kernel's to the function that carries the call out (call.h). */
#ifndef BINDTO_DISPATCH_H
#define BINDTO_DISPATCH_H

#include "supervise/call.h"

/*
 * Carries a call out and answers it, unless it has to wait. progress is NULL for a new call; of a
 * call that had to wait and is carried out anew, it says how far the call had come.
 */
void dispatch(struct supervisor *supervisor, const struct notice *notice,
	      const struct progress *progress);

#endif
