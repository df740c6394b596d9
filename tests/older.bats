#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bindto pins the same without what newer kernels have: a filter hides it from bindto and the program.
# (packaging/kernels boots real older kernels.)

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	script <<-'END'
		# TCP, UDP, a listener, a socket by number, and threads that make sockets at once.
		import sys, threading
		for family, remote in (V4, REMOTE4), (V6, REMOTE6):
		    with socket.socket(family) as s: print(error(s.connect, (remote, WHO)), s.getsockname()[0])
		    with socket.socket(family, UDP) as s:
		        s.settimeout(5)
		        try: print(peer_of(s, (remote, WHO)))
		        except OSError as failure: print(errno.errorcode[failure.errno])
		s = socket.socket()
		s.bind(("0.0.0.0", 0))
		s.listen()
		print(s.getsockname()[0])
		fd = by_number("socket", V4, TCP, 0)
		print(by_number("connect", fd, packed(REMOTE4, WHO), 16), socket.socket(fileno=fd).getsockname()[0])
		found = []
		def make():
		    s = socket.socket()
		    s.connect((REMOTE4, WHO))
		    found.append(s.getsockname()[0])
		threads = [threading.Thread(target=make) for _ in range(20)]
		for thread in threads: thread.start()
		for thread in threads: thread.join()
		print(set(found), len(found))
		if len(sys.argv) > 1: # a range of ports is pinned
		    s = socket.socket()
		    s.connect((REMOTE4, WHO))
		    print(int(sys.argv[1]) <= s.getsockname()[1] <= int(sys.argv[2]))
	END
}

# without ERRNO CALL: $SCRIPT prints the same if CALL fails with ERRNO (filtered.py has the words for CALL). What it
# prints without a filter is the same in each test, so the first one keeps it.
without() {
	local engine pin source plain range
	for pin in "-i wlan0" "-a 203.0.113.3" "-a 203.0.113.3 -p 41000-41999"; do
		range=
		[[ $pin != *-p* ]] || range="41000 41999"
		for engine in both supervise preload; do
			plain=$BATS_FILE_TMPDIR/plain-$WHO-$engine$pin
			if [ ! -e "$plain" ]; then
				# shellcheck disable=SC2086 # words
				run client "$BINDTO" --engine $engine $pin -- python3 "$SCRIPT" $range
				assert_success
				refute_line False
				echo "$output" >"$plain"
			fi
			# shellcheck disable=SC2086 # words
			run client "${FILTERED[@]}" "$@" "$BINDTO" --engine $engine $pin -- python3 "$SCRIPT" $range
			assert_output "$(<"$plain")" || fail "$engine $pin" || return
		done
		source=203.0.113.3
		[ "$pin" != "-i wlan0" ] || source=198.51.100.2
		# shellcheck disable=SC2086 # words
		run client "${FILTERED[@]}" "$@" "$BINDTO" $pin -- "$PROBE/who-static" 192.0.2.1 7000
		assert_output --regexp "^peer $source " || fail "static $pin" || return
	done
}

@test "programs are pinned without SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (Linux 5.19)" {
	as_each without 22 'seccomp:1&32'
}

@test "programs are pinned without IP_LOCAL_PORT_RANGE (Linux 6.3)" {
	as_each without 92 setsockopt:1=0:2=51
}

@test "programs are pinned without SECCOMP_IOCTL_NOTIF_SET_FLAGS (Linux 6.6)" {
	as_each without 25 ioctl:1=0x40082104
}

@test "programs are pinned without PIDFD_THREAD (Linux 6.9)" {
	as_each without 22 'pidfd_open:1&128'
}

@test "programs are pinned if a container's filter denies inspecting them, with EPERM or ENOSYS" {
	local call
	for call in "1 pidfd_getfd" "38 pidfd_getfd" "1 process_vm_readv" "38 process_vm_readv"; do
		# shellcheck disable=SC2086 # words
		as_each without_look $call || fail "$call"
	done
}

# without_look ERRNO CALL: a dynamic and a static program are pinned under a supervisor whose CALL fails.
without_look() {
	local pin engine as
	for pin in "-i wlan0:198.51.100.2 wlan0" "-a 203.0.113.3:203.0.113.3 eth0"; do
		for engine in both supervise; do
			# shellcheck disable=SC2206 # words
			as=("${FILTERED[@]}" "$@" "$BINDTO" --engine $engine ${pin%:*} --)
			# shellcheck disable=SC2086 # words
			assert_comes_from ${pin#*:} "${as[@]}" "$PROBE/who" 192.0.2.1 7000 || return
			# shellcheck disable=SC2086 # words
			assert_comes_from ${pin#*:} "${as[@]}" "$PROBE/who-static" 192.0.2.1 7000 || return
		done
	done
}
