/* SPDX-License-Identifier: MIT */
/*
 * The gate is a page at a fixed address (socket/gate_place.h) with the instructions `syscall; ret`.
 *
 * Under the default engine the supervisor's filter traps every call that makes, binds, connects or
 * addresses a socket, unless the call comes from the gate. The library makes its own calls there,
 * because it has pinned the socket already. The calls that it does not see (libc's own lookups,
 * calls by number) come from elsewhere and are trapped.
 */
#ifndef BINDTO_GATE_H
#define BINDTO_GATE_H

#include <stdbool.h>

/*
 * Opens the gate for this process. From then on sys_raw() goes through it, and so do the real
 * functions (real.h) that the filter would trap. Call this before the first of them.
 *
 * Returns true if the library must pin this process: the gate is open, or there is no filter.
 * Returns false if the gate cannot be opened and a supervisor answers the process's calls. Then the
 * supervisor pins, and the library must leave all calls as they are.
 *
 * has_view: --view=pin. Calls on netlink sockets then go past the gate, to the supervisor.
 *
 * Safe in threads that race. Leaves errno alone.
 */
bool gate_open(bool has_view);

#endif
