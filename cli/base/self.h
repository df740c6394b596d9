/* SPDX-License-Identifier: MIT */
/* The executable file that this bindto runs from. */
#ifndef BINDTO_SELF_H
#define BINDTO_SELF_H

/* Returns its path, allocated, or NULL if the file is gone or the kernel does not tell. */
char *self_path(void);

#endif
