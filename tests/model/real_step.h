/* SPDX-License-Identifier: MIT */
/* Makes the same steps on a socket of the running kernel. */
#ifndef MODEL_REAL_STEP_H
#define MODEL_REAL_STEP_H

#include "step.h"

/* Returns a non-blocking descriptor, or -errno. */
int real_open(int family, enum model_kind kind);
/* Returns 0 or -errno; -EINPROGRESS counts as 0. tag, of WITNESS_TAG_SIZE bytes, ends the data. */
int real_step(int fd, int family, enum model_kind kind, const struct step *step, const char *tag);
/* TCP: is the connection made? */
bool real_is_established(int fd);
/* Ends a stream without TIME_WAIT. */
void real_close(int fd);

#endif
