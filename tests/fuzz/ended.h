/* SPDX-License-Identifier: MIT */
/* Runs code that may end the process by exit(). The target is linked with --wrap=exit. */
#ifndef BINDTO_ENDED_H
#define BINDTO_ENDED_H

/*
 * Calls work, which prints to /dev/null. Returns the status with which it called exit(), or -1 if
 * it returned.
 */
int ended(void (*work)(void *data), void *data);

#endif
