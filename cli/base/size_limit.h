/* SPDX-License-Identifier: MIT */
/* Makes writes beyond the user's limit (RLIMIT_FSIZE) fail instead of ending bindto. */
#ifndef BINDTO_SIZE_LIMIT_H
#define BINDTO_SIZE_LIMIT_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* Returns how SIGXFSZ was handled. size_limit_obey() restores that before the program starts. */
struct sigaction size_limit_ignore(void);
void size_limit_obey(const struct sigaction *before);

/* May a file of this size have been cut off by the limit? */
bool size_limit_is_reached(off_t size);

#endif
