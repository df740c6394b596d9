#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# No work per packet that a socket's birth could have done: system calls are counted with strace.
# They are the same on every machine, unlike times.

load lib/network.bash
load lib/assertions.bash
on_network

# calls COUNT CALL ADDRESS PREFIX...: how many system calls `burst` makes in all.
calls() {
	local count=$1 call=$2 address=$3
	shift 3
	# without randomisation: whether a structure lies across two pages makes a difference of one
	in_client setarch -R "$@" strace -f -qq -o "$BATS_TEST_TMPDIR/trace" \
		"$PROBE/burst" "$count" "$call" "$address" 9 >"$BATS_TEST_TMPDIR/said"
	[ "$(cat "$BATS_TEST_TMPDIR/said")" = 0 ]
	grep -c . "$BATS_TEST_TMPDIR/trace"
}

# assert_calls_per_datagram N CALL ADDRESS PREFIX...: N for each of 200 datagrams, on top of the first.
assert_calls_per_datagram() {
	local expected=$1 one many
	shift
	one=$(calls 1 "$@")
	many=$(calls 201 "$@")
	[ $((many - one)) = $((200 * expected)) ] || {
		echo "$*: $((many - one)) system calls for 200 datagrams, expected $((200 * expected))" >&2
		return 1
	}
}

@test "under -a, a datagram costs one system call, whichever call sends it" {
	local call
	for call in sendto sendmsg sendmmsg send; do
		assert_calls_per_datagram 1 "$call" 192.0.2.1
		assert_calls_per_datagram 1 "$call" 192.0.2.1 "$BINDTO" -a 203.0.113.3
		assert_calls_per_datagram 1 "$call" 2001:db8:9::1 "$BINDTO" -a 2001:db8:1::3
	done
}

@test "under -i, a datagram costs one system call over IPv4 and on a connected socket" {
	assert_calls_per_datagram 1 sendto 192.0.2.1 "$BINDTO" -i wlan0
	assert_calls_per_datagram 1 sendmsg 192.0.2.1 "$BINDTO" -i wlan0
	assert_calls_per_datagram 1 send 192.0.2.1 "$BINDTO" -i wlan0
	assert_calls_per_datagram 1 send 2001:db8:9::1 "$BINDTO" -i wlan0
}

# births FAMILY OPTION...: the system calls on the last socket between its birth and its use.
births() {
	in_client "$BINDTO" "${@:2}" strace -qq -e trace=network -o "$BATS_TEST_TMPDIR/trace" \
		"$PROBE/burst" 0 sendto "$1" 9 >/dev/null
	tac "$BATS_TEST_TMPDIR/trace" | sed '/^socket(AF_INET/q' | grep -vc '^+++'
}

TRACED=(strace -f -qq -o trace)

# calls_of_more COMMAND...: the system calls of one more of what bench/loop does, by a command that
# traces into the file `trace`. A few differ from run to run, at the end of a supervisor.
calls_of_more() {
	local count sums=()
	cd "$BATS_TEST_TMPDIR" || return
	for count in 1 101; do
		echo "$count" | in_client setarch -R "$@" >/dev/null
		sums+=("$(grep -vcE 'resumed>|\+\+\+|---' trace)")
	done
	echo $(((sums[1] - sums[0] + 50) / 100))
}

# operation_calls OPERATION ADDRESS PREFIX...: of the program, under a prefix.
operation_calls() {
	calls_of_more "${@:3}" "${TRACED[@]}" "$BINDTO_TESTS_DIR/bench/loop" "$1" "$2" 7001
}

# supervised_calls OPERATION ADDRESS OPTION...: of the program and its supervisor.
supervised_calls() {
	calls_of_more "${TRACED[@]}" "$BINDTO" -s "${@:3}" "$BINDTO_TESTS_DIR/bench/loop" "$1" "$2" 7001
}

@test "a connection takes no more system calls than it needs" {
	# socket, connect, setsockopt, close
	[ "$(operation_calls connect 192.0.2.1)" = 4 ]
	# with the two of its birth, as a program that binds for itself, and getsockname
	[ "$(operation_calls connect 192.0.2.1 "$BINDTO" -a 203.0.113.3)" = 7 ]
	[ "$(operation_calls connect 2001:db8:9::1 "$BINDTO" -a 2001:db8:1::3)" = 7 ]
	# with two facts more, and the device: by its name, and a look at which one that is now
	[ "$(operation_calls connect 192.0.2.1 "$BINDTO" -i wlan0)" = 11 ]
	# however many exclusions there are
	[ "$(operation_calls connect 192.0.2.1 "$BINDTO" -a 203.0.113.3 -e 198.51.100.0/24 -e 2001:db8:f::/48)" = 7 ]
}

@test "a socket's birth takes no more system calls than it needs" {
	# socket, no-port, bind and close, as of a program that binds for itself
	[ "$(operation_calls socket 192.0.2.1 "$BINDTO" -a 203.0.113.3)" = 4 ]
	[ "$(operation_calls socket 2001:db8:9::1 "$BINDTO" -a 2001:db8:1::3)" = 4 ]
	# of a datagram socket, no-port is put back; over IPv6, IPV6_V6ONLY is asked before as well
	[ "$(births 192.0.2.1 -a 203.0.113.3)" = 4 ]
	[ "$(births 2001:db8:9::1 -a 2001:db8:1::3)" = 6 ]
	# as the first, with the unicast and the multicast interface
	[ "$(births 192.0.2.1 -i wlan0)" = 6 ]
	# socket; the range
	[ "$(births 192.0.2.1 -p 40000-40009)" = 2 ]
}

@test "a supervised call takes no more system calls than it needs" {
	# socket and close; received, is it readable?, of root's?, socket, no-port, bind, given, close
	[ "$(supervised_calls socket 192.0.2.1 -a 203.0.113.3)" = 10 ]
	# the same, with IPV6_V6ONLY put back
	[ "$(supervised_calls socket 2001:db8:9::1 -a 2001:db8:1::3)" = 11 ]
	# sendto; received, descriptor, changes?, address, kind, device, peer, data, still the caller's?,
	# of root's?, sent from here, close, answered
	[ "$(supervised_calls sendto 192.0.2.1 -i wlan0)" = 14 ]
}
