/* SPDX-License-Identifier: MIT */
/* One system call by its number. The library and the executable make it in different ways. */
#ifndef BINDTO_SYS_RAW_H
#define BINDTO_SYS_RAW_H

/*
 * Makes system call number with these arguments; pointers are passed as long. Returns what the
 * kernel returns: -errno on failure. errno itself is left alone.
 *
 * The executable makes the call through syscall(3) (sys_plain.c), the library through its gate
 * (gate.h).
 */
long sys_raw(long number, long a, long b, long c, long d, long e, long f);

#endif
