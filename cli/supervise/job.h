/* SPDX-License-Identifier: MIT */
/* Job control, as a shell and the kernel see it. */
#ifndef BINDTO_JOB_H
#define BINDTO_JOB_H

#include <stdbool.h>

/*
 * Is this process's group a job that a shell can continue? The kernel calls a group orphaned if no
 * parent of its processes is in the same session and in another group, and the terminal does not
 * stop such a group (setpgid(2)). If the ancestors cannot be read: true.
 */
bool job_has_shell(void);

#endif
