/* SPDX-License-Identifier: MIT */
/* Runs the filter's instructions as the kernel does, to see what it says to a call. */
#include "supervise/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/net.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "check.h"
#include "socket/gate_place.h"
#include "supervise/kernel_seccomp.h"
#include "supervise/numbers_32.h"

#define NOISE 0x700000000ULL /* in the upper half of an int's register, which the kernel ignores */

enum { ALLOW = (int)SECCOMP_RET_ALLOW, TRAP = SECCOMP_RET_USER_NOTIF };
enum { REFUSE = SECCOMP_RET_ERRNO | ENOSYS };

static bool compare(const struct sock_filter *jump, uint32_t loaded)
{
	switch (BPF_OP(jump->code)) {
	case BPF_JEQ:
		return loaded == jump->k;
	case BPF_JGE:
		return loaded >= jump->k;
	case BPF_JGT:
		return loaded > jump->k;
	case BPF_JSET:
		return (loaded & jump->k) != 0;
	default:
		CHECK(BPF_OP(jump->code) == BPF_JA);
		return true;
	}
}

static int carry_out(const struct filter *filter, const struct seccomp_data *data)
{
	uint32_t loaded = 0;

	for (size_t at = 0; at < filter->length; at++) {
		const struct sock_filter *one = &filter->code[at];

		if (BPF_CLASS(one->code) == BPF_RET)
			return (int)one->k;
		if (BPF_CLASS(one->code) == BPF_LD)
			memcpy(&loaded, (const char *)data + one->k, sizeof(loaded));
		else if (one->code == (BPF_ALU | BPF_AND | BPF_K))
			loaded &= one->k;
		else if (BPF_OP(one->code) == BPF_JA)
			at += one->k;
		else
			at += compare(one, loaded) ? one->jt : one->jf;
	}
	return -1; /* no filter ends without an answer */
}

static int say(const struct pin *pin, const struct seccomp_data *data)
{
	struct filter filter;

	filter_build(pin, &filter);
	int said = carry_out(&filter, data);
	filter_free(&filter);
	return said;
}

#define SAY(pin, number, ...)                                                                      \
	say(pin, &(struct seccomp_data){                                                           \
                                                                                                   \
			 .arch = seccomp_arch_native(), .nr = (number), .args = {__VA_ARGS__}})
#define SAY_SMALL(pin, number, ...)                                                                \
	say(pin, &(struct seccomp_data){                                                           \
			 .arch = AUDIT_ARCH_I386, .nr = (number), .args = {__VA_ARGS__}})

static void check_any(const struct pin *pin)
{
	CHECK(SAY(pin, SYS_socket, AF_INET) == TRAP);
	CHECK(SAY(pin, SYS_socket, NOISE | AF_INET6) == TRAP);
	CHECK(SAY(pin, SYS_socket, AF_UNIX) == ALLOW);
	CHECK(SAY(pin, SYS_connect) == TRAP);
	CHECK(SAY(pin, SYS_read) == ALLOW);
	CHECK(SAY(pin, SYS_sendto, 3, 1, 1, 0, 0, 0) == ALLOW);
	CHECK(SAY(pin, SYS_sendto, 3, 1, 1, 0, 1, sizeof(struct sockaddr_in)) == TRAP);
	CHECK(SAY(pin, SYS_sendto, 3, 1, 1, 0, 1ULL << 32, 0) ==
	      TRAP); /* a pointer has two halves */
	CHECK(SAY(pin, SYS_sendmsg, 3, 1, 0) == TRAP);
	CHECK(SAY(pin, SYS_sendmmsg, 3, 1, 1, 0) == TRAP);
	CHECK(SAY(pin, SYS_setsockopt, 3, IPPROTO_IPV6, IPV6_RTHDR) == TRAP);
	CHECK(SAY(pin, SYS_clone, SIGCHLD) == ALLOW);
	CHECK(SAY(pin, SYS_clone, SIGCHLD | CLONE_NEWNET) == TRAP);
	CHECK(SAY(pin, SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS) == TRAP);
	CHECK(SAY(pin, SYS_unshare, CLONE_FILES) == ALLOW);
	CHECK(SAY(pin, SYS_setns) == TRAP);
	CHECK(SAY(pin, SYS_setsockopt, 3, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT) == TRAP);
	CHECK(SAY(pin, 425) == REFUSE); /* io_uring_setup */
}

static void check_address(void)
{
	struct pin pin = {.v4 = at_address("192.0.2.1")};

	check_any(&pin);
	CHECK(SAY(&pin, SYS_setsockopt, 3, SOL_SOCKET, SO_BINDTODEVICE) == TRAP);
	CHECK(SAY(&pin, SYS_setsockopt, 3, IPPROTO_IP, IP_MULTICAST_IF) == ALLOW);
	CHECK(SAY(&pin, SYS_prctl, PR_SET_DUMPABLE) == TRAP);
	CHECK(SAY(&pin, SYS_prctl, PR_SET_NAME) == ALLOW);
	CHECK(SAY(&pin, SYS_recvmsg, 3, 1, 0) == ALLOW);
	pin.dns_v4.port = 53;
	CHECK(SAY(&pin, SYS_recvmsg, 3, 1, 0) == TRAP);
	CHECK(SAY(&pin, SYS_recvfrom, 3, 1, 1, 0, 0) == ALLOW);
	CHECK(SAY(&pin, SYS_recvfrom, 3, 1, 1, 0, 1) == TRAP);
}

static void check_interface(void)
{
	struct pin pin = {.v4 = at_address("192.0.2.1"), .ifindex = 3};

	check_any(&pin);
	CHECK(SAY(&pin, SYS_setsockopt, 3, SOL_SOCKET, NOISE | SO_BINDTODEVICE) == TRAP);
	CHECK(SAY(&pin, SYS_setsockopt, 3, IPPROTO_IP, SO_BINDTODEVICE) == ALLOW);
	CHECK(SAY(&pin, SYS_setsockopt, 3, SOL_SOCKET, SO_REUSEADDR) == ALLOW);
	CHECK(SAY(&pin, SYS_sendto, 3, 1, 1, 0, 1, sizeof(struct sockaddr_in)) == TRAP);
}

/* The 32-bit ABI beside x86-64. A filter cannot see the arguments of a socketcall(2). */
static void check_small(void)
{
	struct pin pin = {.v4 = at_address("192.0.2.1"), .ifindex = 3};

	CHECK(SAY_SMALL(&pin, 359, AF_INET) == TRAP); /* socket */
	CHECK(SAY_SMALL(&pin, 359, AF_UNIX) == ALLOW);
	CHECK(SAY_SMALL(&pin, 366, 3, SOL_SOCKET, SO_BINDTODEVICE) == TRAP);
	CHECK(SAY_SMALL(&pin, 206) == TRAP); /* setgroups32 */
	CHECK(SAY_SMALL(&pin, 102, SYS_SOCKET) == TRAP);
	CHECK(SAY_SMALL(&pin, 102, SYS_SETSOCKOPT) == TRAP);
	CHECK(SAY_SMALL(&pin, 102, SYS_SENDTO) == TRAP);
	CHECK(SAY_SMALL(&pin, 102, SYS_SENDMSG) == TRAP);
	CHECK(SAY_SMALL(&pin, 102, SYS_SENDMMSG) == TRAP);
	CHECK(SAY_SMALL(&pin, 102, SYS_RECVMSG) == ALLOW);
	CHECK(SAY_SMALL(&pin, 102, SYS_RECVFROM) == ALLOW);
	pin.dns_v4.port = 53;
	CHECK(SAY_SMALL(&pin, 102, SYS_RECVFROM) == TRAP);
	CHECK(SAY_SMALL(&pin, 102, SYS_GETSOCKNAME) == ALLOW);
	CHECK(SAY(&pin, 0x40000000 | SYS_read) == REFUSE); /* x32 */
	CHECK(SAY(&pin, -1) == ALLOW);
	pin = (struct pin){.v4.mode = PIN_ANY, .v6.mode = PIN_ANY}; /* needs to see no option */
	CHECK(SAY_SMALL(&pin, 102, SYS_SETSOCKOPT) == ALLOW);
}

/* All calls from the gate pass, and the same calls from elsewhere are judged as without a gate. */
static void check_gate(void)
{
	struct pin pin = {.v4 = at_address("192.0.2.1"), .ifindex = 3, .gated = true};
	uint64_t after = GATE_ADDRESS + (seccomp_arch_native() == SCMP_ARCH_AARCH64 ? 4 : 2);
	struct seccomp_data call = {.arch = seccomp_arch_native(), .nr = SYS_connect};
	static const int gated[] = {SYS_socket,     SYS_bind,   SYS_listen,  SYS_connect,
				    SYS_setsockopt, SYS_sendto, SYS_sendmsg, SYS_sendmmsg};

	check_any(&pin);
	CHECK(say(&pin, &call) == TRAP);
	call.instruction_pointer = after;
	CHECK(say(&pin, &call) == ALLOW);
	call.instruction_pointer = after + 1;
	CHECK(say(&pin, &call) == TRAP);
	call.instruction_pointer = after | 1ULL << 32;
	CHECK(say(&pin, &call) == TRAP);
	call.instruction_pointer = after;
	for (size_t i = 0; i < sizeof(gated) / sizeof(gated[0]); i++) {
		call.nr = gated[i];
		CHECK(say(&pin, &call) == ALLOW);
	}
	call.nr = SYS_setns; /* the library never makes it */
	CHECK(say(&pin, &call) == TRAP);
	call.nr = 0x40000000 | SYS_connect; /* x32 */
	CHECK(say(&pin, &call) != ALLOW || seccomp_arch_native() != SCMP_ARCH_X86_64);
	call.nr = 425; /* io_uring_setup */
	CHECK(say(&pin, &call) == REFUSE);
	if (seccomp_arch_native() == SCMP_ARCH_X86_64) {
		call.arch = AUDIT_ARCH_I386;
		call.nr = 359; /* socket */
		call.args[0] = AF_INET;
		CHECK(say(&pin, &call) == ALLOW);
		call.nr = 102; /* socketcall: the library makes none */
		call.args[0] = SYS_SOCKET;
		CHECK(say(&pin, &call) == TRAP);
		call.nr = 359;
		call.instruction_pointer = after + 2;
		call.args[0] = AF_INET;
		CHECK(say(&pin, &call) == TRAP);
		call = (struct seccomp_data){.arch = seccomp_arch_native()};
		call.instruction_pointer = after;
	}
	pin.gated = false;
	call.nr = SYS_connect;
	CHECK(say(&pin, &call) == TRAP);
}

/* Under --view=pin alone, what tells of interfaces is trapped. */
static void check_view(void)
{
	struct pin pin = {.v4 = at_address("192.0.2.1")};

	for (int i = 0; i < 2; i++, pin.views = true) {
		int trapped = pin.views ? TRAP : ALLOW;

		CHECK(SAY(&pin, SYS_socket, AF_NETLINK | NOISE) == trapped);
		CHECK(SAY(&pin, SYS_ioctl, 3, SIOCGIFCONF) == trapped);
		CHECK(SAY(&pin, SYS_ioctl, 3, SIOCGIFADDR | NOISE) == trapped);
		CHECK(SAY(&pin, SYS_ioctl, 3, TIOCGWINSZ) == ALLOW);
		CHECK(SAY(&pin, SYS_setsockopt, 3, SOL_NETLINK, 1) == trapped);
		CHECK(SAY(&pin, SYS_recvmsg) == trapped);
		CHECK(SAY(&pin, SYS_recvfrom, 3, 0, 0, MSG_DONTWAIT) == trapped);
		CHECK(SAY(&pin, SYS_recvfrom, 3, 0, 0, 0, 0) == ALLOW);
		CHECK(SAY(&pin, SYS_openat) == trapped);
		CHECK(SAY(&pin, SYS_read) == ALLOW);
		CHECK(SAY(&pin, SYS_socket, AF_UNIX) == ALLOW);
	}
}

/* numbers_32.h against libseccomp's table of names. */
static void check_numbers(void)
{
	static const struct {
		const char *name;
		int number;
	} all[] = {
		{"open", OPEN_32},
		{"openat", OPENAT_32},
		{"openat2", OPENAT2_32},
		{"ioctl", IOCTL_32},
		{"setgroups", SETGROUPS_32},
		{"socketcall", SOCKETCALL_32},
		{"clone", CLONE_32},
		{"setfsuid", SETFSUID_32},
		{"setfsgid", SETFSGID_32},
		{"prctl", PRCTL_32},
		{"setgroups32", SETGROUPS32_32},
		{"setfsuid32", SETFSUID32_32},
		{"setfsgid32", SETFSGID32_32},
		{"unshare", UNSHARE_32},
		{"recvmmsg", RECVMMSG_32},
		{"sendmmsg", SENDMMSG_32},
		{"setns", SETNS_32},
		{"socket", SOCKET_32},
		{"bind", BIND_32},
		{"connect", CONNECT_32},
		{"listen", LISTEN_32},
		{"setsockopt", SETSOCKOPT_32},
		{"sendto", SENDTO_32},
		{"sendmsg", SENDMSG_32},
		{"recvfrom", RECVFROM_32},
		{"recvmsg", RECVMSG_32},
		{"recvmmsg_time64", RECVMMSG_TIME64_32},
		{"clone3", CLONE3_32},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86, all[i].number);

		CHECK(name && strcmp(name, all[i].name) == 0);
		free(name);
	}
}

int main(void)
{
	struct pin pin = {.v4 = at_address("192.0.2.1")};

	check_address();
	check_interface();
	check_gate();
	check_view();
	check_numbers();
	if (seccomp_arch_native() == SCMP_ARCH_X86_64)
		check_small();
	CHECK(say(&pin, &(struct seccomp_data){.arch = AUDIT_ARCH_MIPS64}) == REFUSE);
	return 0;
}
