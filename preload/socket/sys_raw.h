/* SPDX-License-Identifier: MIT */
/* One system call by its number. The library and the executable make it in different ways. */
#ifndef BINDTO_SYS_RAW_H
#define BINDTO_SYS_RAW_H

/*
 * Makes the system call of this number with these arguments, pointers as long. Returns what the
 * kernel returns, -errno on failure, and leaves errno alone. The executable makes the call by
 * syscall(3) (sys_plain.c), the library through its gate (gate.h).
 */
long sys_raw(long number, long a, long b, long c, long d, long e, long f);

#endif
