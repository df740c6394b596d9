/* SPDX-License-Identifier: MIT */
/* The file of the bindto that runs. */
#ifndef BINDTO_SELF_H
#define BINDTO_SELF_H

/* Its path, allocated, or NULL if it is not there any more or cannot be told. */
char *self_path(void);

#endif
