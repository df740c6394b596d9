#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# strace lets each system call of the launcher, the library, the supervisor and a small program fail in turn.
# Then no packet leaves outside the pin, nothing hangs or crashes, no process is left, and bindto says one line.
# Each call fails the first time that a process makes it. With BINDTO_FAULTS=N (20, say) it also fails the
# second time, and so on up to the N-th, which takes N times as long:
#     BINDTO_FAULTS=20 tests/run faults.bats

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	need strace
	script <<-'END'
		# TCP, UDP and a listener by libc. The script goes on if one of them fails.
		import sys
		for family, remote in (V4, REMOTE4), (V6, REMOTE6):
		    for kind in TCP, UDP:
		        try:
		            s = socket.socket(family, kind)
		            s.settimeout(2)
		            print(peer_of(s, (remote, WHO)))
		        except (OSError, IndexError):
		            pass
		try:
		    s = socket.socket()
		    s.bind(("", 0))
		    s.listen()
		except OSError:
		    pass
		sys.stdout.flush()
		os._exit(0)
	END
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
	local source=$1 uplink=$2 what="$3 $4 $5, $BINDTO ${*:6}" packets line status=0
	witness_mark
	output=$(LIMIT=60 client strace -fqq -o /dev/null -e "inject=$3:error=$4:when=$5" "$BINDTO" "${@:6}" -- \
		python3 "$SCRIPT" 2>&1) || status=$?
	case $status in
	0 | 1 | 2 | 125 | 126 | 127) ;; # 1 and 2 are Python's own, when the call that failed was its
	*) fail "$what: status $status: $output" || return ;;
	esac
	while read -r line; do
		[[ ! $line =~ ^[0-9a-f.:]+$ || $line = "$source" ]] || fail "$what: from $line" || return
	done <<<"$output"
	packets=$(witness_since_mark | astray "$source" "$uplink")
	[ -z "$packets" ] || fail "$what: $packets" || return
	wait_until no_bindto || fail "$what: left: $(pgrep -a bindto)"
}

no_bindto() {
	! pgrep -x bindto >/dev/null
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
