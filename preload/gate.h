/* SPDX-License-Identifier: MIT */
/*
 * The gate: a page at a fixed address (pin/gate_place.h) with the instructions `syscall; ret`.
 *
 * Under the default engine the program runs under the supervisor's filter, which traps every call
 * that makes, binds, connects or addresses a socket. It lets such a call through if it comes from
 * the gate. The library makes its own calls there, for it has pinned the socket itself; what it
 * does not see (libc's own lookups, calls by number) comes from elsewhere and is trapped.
 */
#ifndef BINDTO_GATE_H
#define BINDTO_GATE_H

#include <stdbool.h>

/*
 * Opens the gate for this process: sys_raw() goes through it from now on, and so do the real
 * functions (real.h) that the filter would trap. To be called before the first of them is.
 *
 * Returns true if the library is to pin this process: the gate is open, or there is no filter.
 * Returns false if the gate cannot be opened and the supervisor answers the process's calls: then
 * the supervisor pins, and the library is to leave all calls as they are.
 *
 * Safe in threads that race. errno is left alone.
 */
bool gate_open(void);

#endif
