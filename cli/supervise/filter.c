/* SPDX-License-Identifier: MIT */
/*
 * Builds the filter with libseccomp, for the machine's own ABI and on x86-64 for the 32-bit one as
 * well; there libseccomp traps socketcall(2) too, whatever its arguments, which it cannot see. The
 * filter is installed by hand, because libseccomp knows SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV only
 * since 2.6.
 *
 * A filter sees registers. An int is the lower half of one, and the kernel ignores the upper half.
 * So an int is compared under a mask: else a program could set the upper half and pass the filter.
 */
#include "supervise/filter.h"

#include <assert.h>
#include <errno.h>
#include <linux/net.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/size_limit.h"
#include "pin/option.h"
#include "socket/gate_place.h"
#include "socket/requests.h"
#include "supervise/kernel_seccomp.h"
#include "supervise/numbers_32.h"

enum { SECCOMP_API_NOTIFY = 5 }; /* see seccomp_api_get(3) */

#define INT_EQUALS(argument, value)                                                                \
	SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, 0xffffffffU, (scmp_datum_t)(value))

static void cleanup_context(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

static void check(int result)
{
	if (result < 0)
		die("cannot build a seccomp filter: %s", strerror(-result));
}

static void notify(scmp_filter_ctx context, int call, unsigned int count,
		   const struct scmp_arg_cmp *arguments)
{
	check(seccomp_rule_add_array(context, SCMP_ACT_NOTIFY, call, count, arguments));
}

/*
 * Traps a call that comes by socketcall(2), whatever its arguments: a filter sees only the call's
 * number there and a pointer. To be used beside a rule that compares arguments, since libseccomp
 * compares them with registers that do not hold them under socketcall(2).
 */
static void notify_multiplexed(scmp_filter_ctx context, int call)
{
	struct scmp_arg_cmp number = INT_EQUALS(0, call);

	if (seccomp_arch_exist(context, SCMP_ARCH_X86) == 0)
		notify(context, SCMP_SYS(socketcall), 1, &number);
}

static void add_sockets(scmp_filter_ctx context)
{
	/* The supervisor refuses the last three: the kernel sends them over IP, past any pin. */
	static const int families[] = {AF_INET, AF_INET6, AF_SMC, AF_RDS, AF_RXRPC};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		struct scmp_arg_cmp family = INT_EQUALS(0, families[i]);

		notify(context, SCMP_SYS(socket), 1, &family);
	}
}

/*
 * Traps what tells of interfaces, for --view=pin: netlink sockets, the options that choose what
 * they receive, requests of netdevice(7), and files of proc(5). What a netlink socket receives
 * comes from the supervisor (relay.h), so read(2) and recv(2) need no trap. But a receive that does
 * not wait must find the answer (musl's getifaddrs(3)).
 */
static void add_views(scmp_filter_ctx context)
{
	struct scmp_arg_cmp family = INT_EQUALS(0, AF_NETLINK);
	struct scmp_arg_cmp level = INT_EQUALS(1, SOL_NETLINK);

	struct scmp_arg_cmp list = INT_EQUALS(1, SIOCGIFCONF);
	struct scmp_arg_cmp hurried = SCMP_CMP(3, SCMP_CMP_MASKED_EQ, MSG_DONTWAIT, MSG_DONTWAIT);

	notify(context, SCMP_SYS(recvfrom), 1, &hurried);
	notify(context, SCMP_SYS(socket), 1, &family);
	notify(context, SCMP_SYS(setsockopt), 1, &level);
	notify_multiplexed(context, SYS_SETSOCKOPT);
	notify(context, SCMP_SYS(open), 0, NULL);
	notify(context, SCMP_SYS(openat), 0, NULL);
	notify(context, SCMP_SYS(openat2), 0, NULL);
	notify(context, SCMP_SYS(ioctl), 1, &list);
	for (size_t i = 0; requests_at(i); i++) {
		struct scmp_arg_cmp request = INT_EQUALS(1, requests_at(i));

		notify(context, SCMP_SYS(ioctl), 1, &request);
	}
}

static void add_options(scmp_filter_ctx context, const struct pin *pin)
{
	int level, name;
	bool minds_any = false;

	/* The supervisor settles a socket first (birth_settle()). */
	if (pin->gated && !pin_minds_option(pin, IPPROTO_IPV6, IPV6_V6ONLY)) {
		struct scmp_arg_cmp both[] = {INT_EQUALS(1, IPPROTO_IPV6),
					      INT_EQUALS(2, IPV6_V6ONLY)};

		notify(context, SCMP_SYS(setsockopt), 2, both);
		minds_any = true;
	}
	for (size_t i = 0; pin_option_at(i, &level, &name); i++) {
		struct scmp_arg_cmp both[] = {INT_EQUALS(1, level), INT_EQUALS(2, name)};

		if (!pin_minds_option(pin, level, name))
			continue;
		notify(context, SCMP_SYS(setsockopt), 2, both);
		minds_any = true;
	}
	if (minds_any)
		notify_multiplexed(context, SYS_SETSOCKOPT);
}

/* Traps a call if it has a pointer to an address, its fifth argument. */
static void notify_with_address(scmp_filter_ctx context, int call, int multiplexed)
{
	struct scmp_arg_cmp address = SCMP_CMP(4, SCMP_CMP_NE, 0, 0);

	notify(context, call, 1, &address);
	notify_multiplexed(context, multiplexed);
}

/*
 * Traps every call that can name a peer. sendmsg(2) and sendmmsg(2) name it behind a pointer, which
 * a filter cannot follow. A sendto(2) without an address is a send(2), and passes.
 */
static void add_sends(scmp_filter_ctx context)
{
	notify_with_address(context, SCMP_SYS(sendto), SYS_SENDTO);
	notify(context, SCMP_SYS(sendmsg), 0, NULL);
	notify(context, SCMP_SYS(sendmmsg), 0, NULL);
}

/* Traps every call that can tell the source of a datagram. */
static void add_receives(scmp_filter_ctx context)
{
	notify_with_address(context, SCMP_SYS(recvfrom), SYS_RECVFROM);
	notify(context, SCMP_SYS(recvmsg), 0, NULL);
	notify(context, SCMP_SYS(recvmmsg), 0, NULL);
	notify(context, SCMP_SYS(recvmmsg_time64), 0, NULL);
}

/*
 * Traps the calls after which a thread may have namespaces or ids of its own (call_namespace.c).
 * The flags of clone3(2) are behind a pointer, so each one is trapped.
 */
static void add_departures(scmp_filter_ctx context)
{
	static const int namespaces[] = {CLONE_NEWNET, CLONE_NEWUSER};
	static const int calls[] = {
		SCMP_SYS(clone3),      SCMP_SYS(setns),      SCMP_SYS(setgroups),
		SCMP_SYS(setgroups32), SCMP_SYS(setfsuid),   SCMP_SYS(setfsuid32),
		SCMP_SYS(setfsgid),    SCMP_SYS(setfsgid32),
	};
	uint32_t native = seccomp_arch_native();
	/* On s390 clone(2) takes the stack first (CONFIG_CLONE_BACKWARDS2). */
	unsigned int flags = native == SCMP_ARCH_S390 || native == SCMP_ARCH_S390X ? 1 : 0;

	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		scmp_datum_t bit = (scmp_datum_t)namespaces[i];
		struct scmp_arg_cmp unshared = SCMP_CMP(0, SCMP_CMP_MASKED_EQ, bit, bit);
		struct scmp_arg_cmp cloned = SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, bit, bit);

		notify(context, SCMP_SYS(unshare), 1, &unshared);
		notify(context, SCMP_SYS(clone), 1, &cloned);
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		notify(context, calls[i], 0, NULL);
}

static void add_rules(scmp_filter_ctx context, const struct pin *pin)
{
	add_sockets(context);
	notify(context, SCMP_SYS(bind), 0, NULL);
	notify(context, SCMP_SYS(connect), 0, NULL);
	notify(context, SCMP_SYS(listen), 0, NULL);
	add_options(context, pin);
	add_sends(context);
	if (pin->dns_v4.port != 0 || pin->dns_v6.port != 0 || pin->views)
		add_receives(context);
	if (pin->views)
		add_views(context);
	add_departures(context);
	struct scmp_arg_cmp dumpable = INT_EQUALS(0, PR_SET_DUMPABLE);
	notify(context, SCMP_SYS(prctl), 1, &dumpable);
	/* The kernel makes the calls of an io_uring itself, and no filter sees them. */
	check(seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(io_uring_setup), 0));
}

/*
 * The calls that the library makes through its gate (preload/gate.c), the most frequent first:
 * their numbers in the machine's own ABI and in that of 32-bit x86.
 */
static const struct {
	int number, number_32;
} GATED[] = {
	{SYS_sendto, SENDTO_32},     {SYS_sendmsg, SENDMSG_32}, {SYS_setsockopt, SETSOCKOPT_32},
	{SYS_bind, BIND_32},         {SYS_socket, SOCKET_32},   {SYS_connect, CONNECT_32},
	{SYS_sendmmsg, SENDMMSG_32}, {SYS_listen, LISTEN_32},
};
enum { GATED_COUNT = sizeof(GATED) / sizeof(GATED[0]), GATE_LENGTH = GATED_COUNT + 9 };

/* The kernel tells the address of the instruction behind the one that made the call (fact 36). */
static uint32_t after_gate(void)
{
	return GATE_ADDRESS + (seccomp_arch_native() == SCMP_ARCH_AARCH64 ? 4 : 2);
}

/*
 * Writes instructions that allow the calls above if they come from the gate, for one ABI. They look
 * at the instruction pointer only after the call's number. Otherwise the kernel could not remember
 * which calls are always allowed (fact 36), and read(2) and write(2) would cost more.
 */
static void write_gate(struct sock_filter code[GATE_LENGTH], uint32_t arch)
{
	const unsigned int low = offsetof(struct seccomp_data, instruction_pointer);
	struct sock_filter *at = code;

	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					     offsetof(struct seccomp_data, arch));
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arch, 0, GATE_LENGTH - 2);
	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					     offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < GATED_COUNT; i++) {
		int number = arch == seccomp_arch_native() ? GATED[i].number : GATED[i].number_32;
		uint8_t to_check = (uint8_t)(GATED_COUNT - i);

		*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number,
						     to_check, 0);
	}
	*at++ = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 5);
	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low);
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, after_gate(), 0, 3);
	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low + 4);
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	*at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	assert(at == code + GATE_LENGTH);
}

/* Puts the gate of each ABI in front of the filter. */
static void add_gates(struct filter *filter)
{
	size_t count = seccomp_arch_native() == SCMP_ARCH_X86_64 ? 2 : 1;
	size_t length = count * GATE_LENGTH + filter->length;
	struct sock_filter *code = alloc_array(length, sizeof(*code));

	write_gate(code, seccomp_arch_native());
	if (count == 2)
		write_gate(code + GATE_LENGTH, SCMP_ARCH_X86);
	memcpy(code + count * GATE_LENGTH, filter->code, filter->length * sizeof(*code));
	free(filter->code);
	filter->code = code;
	filter->length = (unsigned short)length;
}

static void export_code(scmp_filter_ctx context, struct filter *ret_filter)
{
	AUTO_CLOSE int fd = memfd_create("filter", MFD_CLOEXEC);
	struct sigaction before = size_limit_ignore();
	struct stat file;

	if (fd < 0 || seccomp_export_bpf(context, fd) < 0 || fstat(fd, &file) < 0)
		die("cannot build a seccomp filter: %s", strerror(errno));
	size_limit_obey(&before);
	/* libseccomp 2.5 does not check whether write(2) has written everything. */
	if (size_limit_is_reached(file.st_size))
		die("cannot build a seccomp filter: %s", strerror(EFBIG));
	size_t size = (size_t)file.st_size;
	struct sock_filter *code = alloc_array(1, size);
	if (pread(fd, code, size, 0) != (ssize_t)size)
		die("cannot build a seccomp filter: %s", strerror(errno));
	ret_filter->code = code;
	ret_filter->length = (unsigned short)(size / sizeof(*code));
}

void filter_build(const struct pin *pin, struct filter *ret_filter)
{
	/*
	 * Tells libseccomp to take for granted that the kernel knows user notification. If it does
	 * not, libseccomp would say no more than EINVAL here. filter_install() finds that out, and
	 * filter_reason() says it in words.
	 */
	(void)seccomp_api_set(SECCOMP_API_NOTIFY);
	CLEANUP(cleanup_context) scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);

	if (!context)
		die("cannot build a seccomp filter: out of memory");
	/* Other ABIs, such as x32, get no calls at all: nobody would look at them. */
	check(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)));
	if (seccomp_arch_native() == SCMP_ARCH_X86_64)
		check(seccomp_arch_add(context, SCMP_ARCH_X86));
	add_rules(context, pin);
	export_code(context, ret_filter);
	if (pin->gated)
		add_gates(ret_filter);
}

void filter_free(struct filter *filter)
{
	free(filter->code);
	*filter = (struct filter){0};
}

static int install(const struct filter *filter, unsigned long flags)
{
	struct sock_fprog program = {.len = filter->length, .filter = filter->code};
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			  flags | SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);

	return fd < 0 ? -errno : (int)fd;
}

int filter_install(const struct filter *filter)
{
	int fd = install(filter, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

	if (fd == -EACCES) { /* this process has no CAP_SYS_ADMIN */
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
			return -errno;
		fd = install(filter, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	}
	if (fd == -EINVAL) { /* before Linux 5.19; there a signal restarts a call under way */
		fd = install(filter, 0);
		if (fd == -EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
			fd = install(filter, 0);
	}
	return fd;
}

const char *filter_reason(int error)
{
	switch (-error) {
	case EBUSY:
		return "another seccomp listener supervises it already, and the kernel allows one";
	case ENOSYS:
		return "this kernel has no seccomp filters, or hides them";
	case EINVAL:
		return "this kernel has no seccomp user notification as of Linux 5.14";
	case EPERM:
	case EACCES:
		return "seccomp filters are not permitted here (a container's own filter may be why)";
	default:
		return strerror(-error);
	}
}
