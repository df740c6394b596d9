/* SPDX-License-Identifier: MIT */
/*
 * The numbers that 32-bit x86 has for the socket calls, most since Linux 4.3, beside socketcall(2):
 * arch/x86/entry/syscalls/syscall_32.tbl of the kernel. A 64-bit <sys/syscall.h> has its own only.
 */
#ifndef BINDTO_NUMBERS_32_H
#define BINDTO_NUMBERS_32_H

enum {
	RECVMMSG_32 = 337,
	SENDMMSG_32 = 345,
	SOCKET_32 = 359,
	BIND_32 = 361,
	CONNECT_32 = 362,
	LISTEN_32 = 363,
	SETSOCKOPT_32 = 366,
	SENDTO_32 = 369,
	SENDMSG_32 = 370,
	RECVFROM_32 = 371,
	RECVMSG_32 = 372,
};

#endif
