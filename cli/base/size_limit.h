/* SPDX-License-Identifier: MIT */
/* What bindto writes to files past RLIMIT_FSIZE fails, and does not end bindto. */
#ifndef BINDTO_SIZE_LIMIT_H
#define BINDTO_SIZE_LIMIT_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* Returns what the process did at SIGXFSZ, for size_limit_obey() and for the program. */
struct sigaction size_limit_ignore(void);
void size_limit_obey(const struct sigaction *before);

/* May a file of this size have been cut off at the limit? */
bool size_limit_is_reached(off_t size);

#endif
