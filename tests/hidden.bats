#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Processes that the supervisor may not inspect, under the default engine: a process that forbids it, a process
# with other ids if the supervisor lacks CAP_SYS_PTRACE, and every process in some containers. The library still
# pins their calls through libc, and their calls by number leak nothing.

load lib/network.bash
load lib/assertions.bash
load lib/dns.bash
on_network

@test "libc's name lookups leave by the pin, even in a process that forbids inspection" {
	name_servers
	configured 192.0.2.1
	script <<-'END'
		import sys
		def look(): return sorted(a[4][0] for a in socket.getaddrinfo("www.test", 80, type=TCP))
		if len(sys.argv) > 1:
		    libc.prctl(4, 0, 0, 0, 0), libc.prctl(4, 0, 0, 0, 0)
		    if os.fork() == 0: os._exit(not look())
		    assert os.wait()[1] == 0
		print(look())
	END
	as_each looks_up
	configured
}

looks_up() {
	local word
	for word in "" forbid; do
		logs_emptied
		witness_mark
		# shellcheck disable=SC2086 # none or one
		run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT" $word
		assert_success
		assert_asked "$NETWORK_DIR/names.log" 198.51.100.2 www.test
		assert_only 198.51.100.2 wlan0
	done
}

@test "the library pins a process that forbids inspection, and its calls by number fail" {
	script <<-'END'
		before = socket.socket()
		libc.prctl(4, 0, 0, 0, 0)
		def connect(s): return by_number("connect", s.fileno(), packed(REMOTE4, WHO), 16)
		s = socket.create_connection((REMOTE4, WHO))
		print(peer_of(s))
		u = socket.socket(V4, UDP)
		u.bind(("0.0.0.0", 7777))
		u.sendto(b"x", (REMOTE4, DISCARD))
		l = socket.socket()
		l.bind(("0.0.0.0", 7777))
		l.listen()
		socket.create_connection(l.getsockname()).close()
		print(connect(before), connect(socket.socket()))
	END
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_success
	assert_line --index 0 198.51.100.2
	assert_line --index 1 "-1 -1"
	assert_only 198.51.100.2 wlan0
}

# held_by_number WORD...: under -i wlan0, $SCRIPT sends from the pin or not at all.
held_by_number() {
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT" "$@"
	assert_success
	run astray 198.51.100.2 wlan0 <<<"$(witness_since_mark)"
	assert_output ""
}

@test "no call by number leaks after a process forbade inspection, through libc or by number" {
	script <<-'END'
		import sys
		if sys.argv[1] == "libc": libc.prctl(4, 0, 0, 0, 0)
		else: by_number("prctl", 4, 0, 0, 0, 0)
		address = packed(REMOTE4, DISCARD)
		for make in lambda kind: socket.socket(V4, kind).detach(), lambda kind: by_number("socket", V4, kind, 0):
		    by_number("connect", make(TCP), address, 16)
		    by_number("sendto", make(TCP), b"x", 1, MSG_FASTOPEN, address, 16)
		    send_by_number(make(UDP), (REMOTE4, DISCARD), pktinfo(V4, "eth0", "203.0.113.2"))
	END
	held_by_number libc
	held_by_number number
}

@test "a process that fails to forbid inspection, or permits it again, can bind the same port again" {
	script <<-'END'
		libc.prctl(4, 2, 0, 0, 0)
		for _ in range(2):
		    with socket.socket(V6, UDP) as s: s.bind(("::", 7777))
		    libc.prctl(4, 0, 0, 0, 0), libc.prctl(4, 1, 0, 0, 0)
		print("ok")
	END
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output ok
}

@test "a root process that gave up its ids is pinned, even if root may not inspect it" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "it needs other users"
	local weak=(setpriv '--bounding-set=-sys_ptrace,-sys_admin' '--inh-caps=-sys_ptrace,-sys_admin' --ambient-caps=-all)
	script <<-'END'
		address = packed(REMOTE4, WHO)
		print(by_number("connect", socket.socket().fileno(), address, 16))
		print(peer_of(socket.create_connection((REMOTE4, WHO))))
	END
	witness_mark
	WHO=root run client "${weak[@]}" "$BINDTO" -i wlan0 -- \
		setpriv --reuid=65534 --regid=65534 --clear-groups python3 "$SCRIPT"
	assert_line --index 0 -1
	assert_line --index 1 198.51.100.2
	assert_only 198.51.100.2 wlan0
}

@test "in a container that denies inspection, the library pins, and calls that bypass it are pinned or fail" {
	script <<-'END'
		address = packed(REMOTE4, WHO)
		print(peer_of(socket.create_connection((REMOTE4, WHO))))
		l = socket.socket()
		l.bind(("0.0.0.0", 7777))
		l.listen()
		socket.create_connection(l.getsockname()).close()
		print(l.getsockname()[0])
		s = socket.socket(fileno=by_number("socket", V4, TCP, 0))
		print(peer_of(s) if by_number("connect", s.fileno(), address, 16) == 0 else "failed")
		print(by_number("connect", socket.socket().fileno(), address, 16))
	END
	local pin
	for pin in "-a 203.0.113.3:203.0.113.3 eth0" "-i wlan0:198.51.100.2 wlan0"; do
		witness_mark
		# shellcheck disable=SC2086 # words
		run client "${FILTERED[@]}" 1 pidfd_getfd "$BINDTO" ${pin%:*} -- python3 "$SCRIPT"
		assert_success
		local source=${pin#*:}
		assert_line --index 0 "${source% *}"
		assert_line --index 1 "${source% *}"
		assert_line --index 2 --regexp "^(${source% *}|failed)$"
		# shellcheck disable=SC2086 # words
		assert_only ${pin#*:}
		# shellcheck disable=SC2086 # words
		run client "${FILTERED[@]}" 1 pidfd_getfd "$BINDTO" --explain ${pin%:*} -- "$PROBE/who"
		assert_success
		assert_line --regexp '^warning: bindto may not look into programs here'
		# shellcheck disable=SC2086 # words
		WHO=user run client "${FILTERED[@]}" 1 pidfd_getfd "$BINDTO" ${pin%:*} -- "$PROBE/who-static" 192.0.2.1 7000
		assert_output --regexp "^peer ${source% *} "
	done
}
