#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# strace lets each system call of the launcher, the library, the supervisor and a small program fail in turn.
# Then no packet leaves outside the pin, nothing hangs or crashes, no process is left, and bindto says one line.
# Each call fails the first time that a process makes it. With BINDTO_FAULTS=N (20, say) it also fails the
# second time, and so on up to the N-th, which takes N times as long:
#     BINDTO_FAULTS=20 tests/run faults.bats

load lib/network.bash
load lib/assertions.bash
load lib/programs.bash
on_network make_small_program

# The program uses TCP, UDP and a listener by libc, prints from which addresses the server saw it, and goes on if a call
# fails. It is not in Python, of which strace would see a thousand calls more.
make_small_program() {
	make_program small <<-'END'
		#include "program.h"
		#include <errno.h>
		#include <poll.h>
		#include <string.h>
		#include <sys/ioctl.h>
		static int waits_for(int fd, short event)
		{
			struct pollfd wait = {.fd = fd, .events = event};
			return poll(&wait, 1, 2000) == 1 ? 0 : -1;
		}
		static int connects(int fd, const struct sockaddr *peer, socklen_t length)
		{
			int error = 0;
			socklen_t size = sizeof(error);
			if (connect(fd, peer, length) == 0)
				return 0;
			if (errno != EINPROGRESS || waits_for(fd, POLLOUT) < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
				return -1;
			return error == 0 ? 0 : -1;
		}
		static void ask(int family, const char *ip, int kind)
		{
			struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(7000)};
			struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(7000)};
			char answer[100] = "", *address, *end;
			int yes = 1, fd = socket(family, kind, 0);
			inet_pton(family, ip, family == AF_INET ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr);
			const struct sockaddr *peer = family == AF_INET ? (void *)&v4 : (void *)&v6;
			socklen_t length = family == AF_INET ? sizeof(v4) : sizeof(v6);
			if (fd < 0 || ioctl(fd, FIONBIO, &yes) < 0)
				return;
			if (kind == SOCK_STREAM ? connects(fd, peer, length) : sendto(fd, "?", 1, 0, peer, length) < 0)
				return;
			if (waits_for(fd, POLLIN) < 0 || recv(fd, answer, sizeof(answer) - 1, 0) <= 0)
				return;
			if ((address = strchr(answer, ' ')) && (end = strchr(++address, ' ')))
				printf("%.*s\n", (int)(end - address), address);
		}
		int main(void)
		{
			ask(AF_INET, "192.0.2.1", SOCK_STREAM);
			ask(AF_INET, "192.0.2.1", SOCK_DGRAM);
			ask(AF_INET6, "2001:db8:9::1", SOCK_STREAM);
			ask(AF_INET6, "2001:db8:9::1", SOCK_DGRAM);
			struct sockaddr_in all = {.sin_family = AF_INET};
			int fd = socket(AF_INET, SOCK_STREAM, 0);
			if (bind(fd, (struct sockaddr *)&all, sizeof(all)) == 0)
				listen(fd, 128);
			return fflush(stdout) != 0;
		}
	END
}

setup() {
	need strace
}

# faults: prints CALL FIRST ERROR..., the errors that CALL may give by its man page if a sandbox, a limit or a full
# table is in the way. The dynamic loader makes the calls before the FIRST one, to load bindto itself.
faults() {
	cat <<-'END'
		socket 1 EMFILE EACCES
		socketpair 1 EMFILE
		setsockopt 1 EPERM ENOPROTOOPT
		getsockopt 1 EPERM
		getsockname 1 ENOBUFS
		getpeername 1 ENOBUFS
		bind 1 EADDRINUSE EACCES EADDRNOTAVAIL
		connect 1 EPERM EADDRNOTAVAIL
		listen 1 EADDRINUSE
		sendto 1 EPERM ENOBUFS
		sendmsg 1 EPERM
		recvfrom 1 ENOMEM
		recvmsg 1 ENOMEM
		openat 4 EMFILE EACCES EIO
		read 4 EIO
		pread64 4 EIO
		newfstatat 4 EACCES
		mkdirat 1 ENOSPC
		readlink 1 EACCES
		memfd_create 1 EMFILE
		clone 1 EAGAIN
		prctl 1 EINVAL EPERM
		seccomp 1 EINVAL ENOSYS EBUSY
		ioctl 1 EINVAL ENOTTY
		ioctl 5 EINVAL
		poll 1 ENOMEM
		ppoll 1 ENOMEM
		signalfd4 1 EMFILE
		pidfd_open 1 EMFILE ENOSYS
		pidfd_getfd 1 EPERM ENOSYS
		process_vm_readv 1 EPERM
		process_vm_writev 1 EPERM
		mmap 16 ENOMEM
		mprotect 8 ENOMEM
		close_range 1 ENOSYS
		prlimit64 2 EPERM
	END
}

# a_fault SOURCE UPLINK CALL ERROR TIME BINDTO_OPTION...: CALL fails with ERROR the TIME-th time. If anything goes
# wrong then, this fails and says what.
a_fault() {
	local source=$1 uplink=$2 what="$3 $4 $5, $BINDTO ${*:6}" line status=0
	witness_mark
	output=$(LIMIT=60 client strace -fqq -o /dev/null -e "inject=$3:error=$4:when=$5" "$BINDTO" "${@:6}" -- \
		"$MADE/small" 2>&1) || status=$?
	case $status in
	0 | 1 | 125 | 126 | 127) ;; # 1 is the program's own, when the call that failed was its
	*) fail "$what: status $status: $output" || return ;;
	esac
	while read -r line; do
		[[ ! $line =~ ^[0-9a-f.:]+$ || $line = "$source" ]] || fail "$what: from $line" || return
	done <<<"$output"
	witness_answer since || return
	strays "$uplink" "$source"
	[ -z "$STRAYS" ] || fail "$what: $STRAYS" || return
	wait_until no_bindto || fail "$what: left: $(pgrep -a bindto)"
}

# no_bindto: no process is called bindto. It looks itself, which is faster than pgrep.
no_bindto() {
	local file name
	for file in /proc/[0-9]*/comm; do
		{ read -r name <"$file"; } 2>/dev/null || continue
		[ "$name" != bindto ] || return 1
	done
}

# each_fault SOURCE UPLINK BINDTO_OPTION...: every fault, but those of the calls in $LEFT_OUT.
each_fault() {
	local call first errors error time count=0 failed=0
	while read -r call first errors; do
		for error in $errors; do
			for ((time = first; time < first + ${BINDTO_FAULTS:-1}; time++)); do
				a_fault "$1" "$2" "$call" "$error" "$time" "${@:3}" || failed=$((failed + 1))
				count=$((count + 1))
			done
		done
	done < <(faults | grep -vE "^(${LEFT_OUT:-none}) ")
	[ $count -gt 40 ] && [ $failed -eq 0 ]
}

@test "if any one system call fails, no packet leaves outside the pin and no process is left: the default engine" {
	each_fault 198.51.100.2 wlan0 -4 -i wlan0
}

@test "if any one system call fails, no packet leaves outside the pin and no process is left: --strict" {
	each_fault 198.51.100.2 wlan0 --strict -4 -i wlan0
}

@test "if any one system call fails, no packet leaves outside the pin and no process is left: --engine preload" {
	# If the loader cannot load the library, it goes on without, and no bindto is left that could notice.
	LEFT_OUT='openat|read|pread64|newfstatat|mmap|mprotect' each_fault 198.51.100.2 wlan0 --engine preload -4 -i wlan0
}
