/* SPDX-License-Identifier: MIT */
/*
 * Finds a call by its number in the ABI of its caller. On x86-64 that may be the 32-bit one, which
 * has two ways to make each call: a number of its own (Linux 4.3), or socketcall(2), whose
 * arguments lie in memory. The supervisor copies those once and carries out what it has copied.
 */
#include "supervise/dispatch.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/net.h>
#include <sys/syscall.h>

#include "supervise/call_view.h"
#include "supervise/caller.h"
#include "supervise/numbers_32.h"

#ifndef SYS_recvmmsg_time64
#define SYS_recvmmsg_time64 (-1) /* of 32-bit ABIs */
#endif

#ifndef SYS_open
#define SYS_open (-1) /* of older ABIs */
#endif

#define NONE (-1) /* the number of no call */

typedef struct outcome carry_out(const struct call *call);

static const struct entry {
	carry_out *carry_out;
	int number, number_32, socketcall;
	unsigned int count; /* of arguments, in memory under socketcall(2) */
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
	{supervise_ioctl, SYS_ioctl, IOCTL_32, NONE, 0},
	{supervise_open, SYS_open, OPEN_32, NONE, 0},
	{supervise_openat, SYS_openat, OPENAT_32, NONE, 0},
	{supervise_openat2, SYS_openat2, OPENAT2_32, NONE, 0},
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

/* Under --view=pin, these come first. */
static const struct {
	carry_out *view, *usual;
} VIEWS[] = {
	{view_socket, supervise_socket},   {view_bind, supervise_bind},
	{view_connect, supervise_connect}, {view_setsockopt, supervise_setsockopt},
	{view_sendto, supervise_sendto},   {view_sendmsg, supervise_sendmsg},
};

enum { ENTRY_COUNT = sizeof(ENTRIES) / sizeof(ENTRIES[0]) };

/* NULL for a call that the filter does not trap. */
static const struct entry *find_entry(const struct call *call)
{
	const struct notice *notice = call->notice;

	for (size_t i = 0; i < ENTRY_COUNT; i++)
		if (notice->number == (call->is_32 ? ENTRIES[i].number_32 : ENTRIES[i].number))
			return &ENTRIES[i];
	return NULL;
}

/* NULL for a call that is the kernel's to carry out. */
static const struct entry *find_socketcall(uint32_t number)
{
	for (size_t i = 0; i < ENTRY_COUNT; i++)
		if (ENTRIES[i].socketcall != NONE && (uint32_t)ENTRIES[i].socketcall == number)
			return &ENTRIES[i];
	return NULL;
}

static struct outcome carry_out_entry(const struct entry *entry, const struct call *call)
{
	struct outcome outcome = outcome_after(0);

	for (size_t i = 0; call_pin(call)->views && i < sizeof(VIEWS) / sizeof(VIEWS[0]); i++)
		if (VIEWS[i].usual == entry->carry_out)
			outcome = VIEWS[i].view(call);
	return outcome_is_open(outcome) ? entry->carry_out(call) : outcome;
}

static struct outcome carry_out_socketcall(struct call *call)
{
	const struct notice *notice = call->notice;
	const struct entry *entry = find_socketcall((uint32_t)notice->arguments[0]);
	uint32_t arguments[6] = {0};

	if (!entry)
		return outcome_continue();
	int r = caller_read(notice, (uint32_t)notice->arguments[1], arguments,
			    entry->count * sizeof(arguments[0]));
	if (r < 0)
		return outcome_answer(r);
	for (size_t i = 0; i < 6; i++)
		call->arguments[i] = arguments[i];
	return carry_out_entry(entry, call);
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

static struct outcome judge(struct call *call)
{
	if (call->is_32 && call->notice->number == SOCKETCALL_32)
		return carry_out_socketcall(call);
	const struct entry *entry = find_entry(call);
	return entry ? carry_out_entry(entry, call) : outcome_answer(-ENOSYS);
}

void dispatch(struct supervisor *supervisor, const struct notice *notice,
	      const struct progress *progress)
{
	struct call call = {.supervisor = supervisor, .notice = notice, .is_32 = is_32(notice)};

	if (progress)
		call.progress = *progress;
	for (size_t i = 0; i < 6; i++)
		call.arguments[i] = notice->arguments[i];
	struct outcome outcome = judge(&call);
	switch (outcome.disposition) {
	case OUTCOME_CONTINUE:
		notify_continue(notice);
		break;
	case OUTCOME_ANSWER:
		notify_answer(notice, outcome.value);
		break;
	case OUTCOME_DEFERRED:
		break;
	case OUTCOME_OPEN: /* never: every supervise_*() decides */
		notify_answer(notice, -ENOSYS);
		break;
	}
}
