/* SPDX-License-Identifier: MIT */
/*
 * System call numbers of 32-bit x86, for the calls that the filter traps and the library's gate
 * makes. A 64-bit <sys/syscall.h> has only its own. libseccomp does not give them: for a call that
 * socketcall(2) can make as well, it gives a negative number that stands for both. But it gives the
 * name of each number, and tests/unit/filter_test.c compares these.
 */
#ifndef BINDTO_NUMBERS_32_H
#define BINDTO_NUMBERS_32_H

enum {
	OPEN_32 = 5,
	IOCTL_32 = 54,
	SETGROUPS_32 = 81, /* of 16-bit ids, as SETFSUID_32 and SETFSGID_32 */
	SOCKETCALL_32 = 102,
	CLONE_32 = 120,
	SETFSUID_32 = 138,
	SETFSGID_32 = 139,
	PRCTL_32 = 172,
	SETGROUPS32_32 = 206,
	SETFSUID32_32 = 215,
	SETFSGID32_32 = 216,
	OPENAT_32 = 295,
	UNSHARE_32 = 310,
	RECVMMSG_32 = 337,
	SENDMMSG_32 = 345,
	SETNS_32 = 346,
	SOCKET_32 = 359, /* Linux 4.3, as all up to RECVMSG_32 */
	BIND_32 = 361,
	CONNECT_32 = 362,
	LISTEN_32 = 363,
	SETSOCKOPT_32 = 366,
	SENDTO_32 = 369,
	SENDMSG_32 = 370,
	RECVFROM_32 = 371,
	RECVMSG_32 = 372,
	RECVMMSG_TIME64_32 = 417, /* Linux 5.1 */
	CLONE3_32 = 435,
	OPENAT2_32 = 437,
};

#endif
