/* SPDX-License-Identifier: MIT */
/*
 * From a system call number to what it means: the machine's own ABI, and on x86 the 32-bit one with
 * its direct numbers (Linux 4.3) and socketcall(2), whose arguments lie in memory: those are
 * read once, and what was read is what is done.
 */
#include "supervise/dispatch.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/net.h>
#include <sys/syscall.h>

#include "supervise/caller.h"
#include "supervise/numbers_32.h"

#ifndef SYS_recvmmsg_time64
#define SYS_recvmmsg_time64 (-1) /* of 32-bit ABIs */
#endif

#define NONE (-1) /* no call's number */

typedef struct answer carry_out(const struct pin *pin, const struct call *call);

static const struct entry {
	carry_out *carry_out;
	int number, number_32, socketcall; /* NONE: there is none */
	unsigned int count;                /* of arguments in memory */
} ENTRIES[] = {
	{supervise_socket, SYS_socket, SOCKET_32, SYS_SOCKET, 3},
	{supervise_bind, SYS_bind, BIND_32, SYS_BIND, 3},
	{supervise_connect, SYS_connect, CONNECT_32, SYS_CONNECT, 3},
	{supervise_listen, SYS_listen, LISTEN_32, SYS_LISTEN, 2},
	{supervise_setsockopt, SYS_setsockopt, SETSOCKOPT_32, SYS_SETSOCKOPT, 5},
	{supervise_sendto, SYS_sendto, SENDTO_32, SYS_SENDTO, 6},
	{supervise_sendmsg, SYS_sendmsg, SENDMSG_32, SYS_SENDMSG, 3},
	{supervise_sendmmsg, SYS_sendmmsg, SENDMMSG_32, SYS_SENDMMSG, 4},
	{supervise_recvfrom, SYS_recvfrom, RECVFROM_32, SYS_RECVFROM, 6},
	{supervise_recvmsg, SYS_recvmsg, RECVMSG_32, SYS_RECVMSG, 3},
	{supervise_recvmmsg, SYS_recvmmsg, RECVMMSG_32, SYS_RECVMMSG, 5},
	{supervise_recvmmsg, SYS_recvmmsg_time64, RECVMMSG_TIME64_32, NONE, 5},
	{supervise_namespaces, SYS_unshare, UNSHARE_32, NONE, 0},
	{supervise_namespaces, SYS_setns, SETNS_32, NONE, 0},
	{supervise_namespaces, SYS_clone, CLONE_32, NONE, 0},
	{supervise_clone3, SYS_clone3, CLONE3_32, NONE, 0},
	{supervise_ids, SYS_setgroups, SETGROUPS_32, NONE, 0},
	{supervise_ids, NONE, SETGROUPS32_32, NONE, 0},
	{supervise_ids, SYS_setfsuid, SETFSUID_32, NONE, 0},
	{supervise_ids, NONE, SETFSUID32_32, NONE, 0},
	{supervise_ids, SYS_setfsgid, SETFSGID_32, NONE, 0},
	{supervise_ids, NONE, SETFSGID32_32, NONE, 0},
	{supervise_prctl, SYS_prctl, PRCTL_32, NONE, 0},
};

enum { ENTRY_COUNT = sizeof(ENTRIES) / sizeof(ENTRIES[0]) };

static const struct entry *find_entry(const struct call *call)
{
	const struct notice *notice = call->notice;

	for (size_t i = 0; i < ENTRY_COUNT; i++)
		if (notice->number == (call->is_32 ? ENTRIES[i].number_32 : ENTRIES[i].number))
			return &ENTRIES[i];
	return NULL;
}

/* Returns 0, -errno, or NOTIFY_CONTINUE for a call that is not among ours. */
static int unpack_socketcall(struct call *call, const struct entry **ret_entry)
{
	const struct notice *notice = call->notice;
	uint32_t arguments[6] = {0};

	for (size_t i = 0; i < ENTRY_COUNT; i++) {
		const struct entry *entry = &ENTRIES[i];

		if (entry->socketcall == NONE ||
		    (uint32_t)notice->arguments[0] != (uint32_t)entry->socketcall)
			continue;
		int r = caller_read(notice, (uint32_t)notice->arguments[1], arguments,
				    entry->count * sizeof(arguments[0]));
		if (r < 0)
			return r;
		for (size_t j = 0; j < 6; j++)
			call->arguments[j] = arguments[j];
		*ret_entry = entry;
		return 0;
	}
	return NOTIFY_CONTINUE;
}

static bool is_32(const struct notice *notice)
{
#ifdef __x86_64__
	return notice->arch == AUDIT_ARCH_I386;
#else
	(void)notice;
	return false;
#endif
}

static struct answer judge(const struct pin *pin, const struct notice *notice,
			   const struct progress *progress)
{
	struct call call = {.notice = notice, .is_32 = is_32(notice)};
	const struct entry *entry = NULL;
	int r = 0;

	if (progress)
		call.progress = *progress;
	for (size_t i = 0; i < 6; i++)
		call.arguments[i] = notice->arguments[i];
	if (call.is_32 && notice->number == SOCKETCALL_32)
		r = unpack_socketcall(&call, &entry);
	else
		entry = find_entry(&call);
	if (r == 0 && !entry)
		r = -ENOSYS; /* the filter traps nothing else */
	return r != 0 ? answer_error(r) : entry->carry_out(pin, &call);
}

void supervise(const struct pin *pin, const struct notice *notice, const struct progress *progress)
{
	struct answer answer = judge(pin, notice, progress);

	/* A caller that is gone (ESRCH here, ENOENT from the kernel) needs no answer. */
	if (!answer.is_answered)
		(void)notify_answer(notice, answer.value, answer.error);
}
