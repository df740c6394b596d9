#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bindto does its work at a socket's birth and not for each packet. strace counts the system calls, whose
# number is the same on every machine, unlike their time.

load lib/network.bash
load lib/assertions.bash
on_network

# calls COUNT CALL ADDRESS PREFIX...: prints how many system calls the probe `burst` makes in all.
calls() {
	local count=$1 call=$2 address=$3
	shift 3
	# Without address randomisation: a structure that lies across two pages costs one call more.
	in_client setarch -R "$@" strace -f -qq -o "$BATS_TEST_TMPDIR/trace" \
		"$PROBE/burst" "$count" "$call" "$address" 9 >"$BATS_TEST_TMPDIR/said"
	[ "$(cat "$BATS_TEST_TMPDIR/said")" = 0 ]
	grep -c . "$BATS_TEST_TMPDIR/trace"
}

# assert_calls_per_datagram N CALL ADDRESS PREFIX...: each of 200 datagrams after the first costs N calls.
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

# births ADDRESS OPTION...: prints the number of system calls on the last socket between its birth and its use.
births() {
	in_client "$BINDTO" "${@:2}" strace -qq -e trace=network -o "$BATS_TEST_TMPDIR/trace" \
		"$PROBE/burst" 0 sendto "$1" 9 >/dev/null
	tac "$BATS_TEST_TMPDIR/trace" | sed '/^socket(AF_INET/q' | grep -vc '^+++'
}

TRACED=(strace -f -qq -o trace)

# calls_of_more COMMAND...: prints how many system calls one more round of bench/loop costs. COMMAND traces
# bench/loop into the file `trace`. The end of a supervisor makes a few calls more or less from run to run.
calls_of_more() {
	local count sums=()
	cd "$BATS_TEST_TMPDIR" || return
	for count in 1 101; do
		echo "$count" | in_client setarch -R "$@" >/dev/null
		sums+=("$(grep -vcE 'resumed>|\+\+\+|---' trace)")
	done
	echo $(((sums[1] - sums[0] + 50) / 100))
}

# operation_calls OPERATION ADDRESS PREFIX...: the same of the program alone, under PREFIX.
operation_calls() {
	calls_of_more "${@:3}" "${TRACED[@]}" "$BINDTO_TESTS_DIR/bench/loop" "$1" "$2" 7001
}

# supervised_calls OPERATION ADDRESS OPTION...: the same of the program and its supervisor together.
supervised_calls() {
	calls_of_more "${TRACED[@]}" "$BINDTO" -s "${@:3}" "$BINDTO_TESTS_DIR/bench/loop" "$1" "$2" 7001
}

@test "a connection takes no more system calls than it needs" {
	# socket, connect, setsockopt, close
	[ "$(operation_calls connect 192.0.2.1)" = 4 ]
	# and the two of its birth, which a program that binds itself makes too, and getsockname
	[ "$(operation_calls connect 192.0.2.1 "$BINDTO" -a 203.0.113.3)" = 7 ]
	[ "$(operation_calls connect 2001:db8:9::1 "$BINDTO" -a 2001:db8:1::3)" = 7 ]
	# and two facts more, and two calls that set the device by its name and look which index it has
	[ "$(operation_calls connect 192.0.2.1 "$BINDTO" -i wlan0)" = 11 ]
	# exclusions cost no call
	[ "$(operation_calls connect 192.0.2.1 "$BINDTO" -a 203.0.113.3 -e 198.51.100.0/24 -e 2001:db8:f::/48)" = 7 ]
	[ "$(operation_calls connect 192.0.2.1 "$BINDTO" -a 203.0.113.3 -e :53 --only 192.0.2.0/24)" = 7 ]
}

@test "a socket's birth takes no more system calls than it needs" {
	# socket, no-port, bind and close, as in a program that binds itself
	[ "$(operation_calls socket 192.0.2.1 "$BINDTO" -a 203.0.113.3)" = 4 ]
	[ "$(operation_calls socket 2001:db8:9::1 "$BINDTO" -a 2001:db8:1::3)" = 4 ]
	# a datagram socket gets its no-port back; over IPv6, IPV6_V6ONLY is read first and put back
	[ "$(births 192.0.2.1 -a 203.0.113.3)" = 4 ]
	[ "$(births 2001:db8:9::1 -a 2001:db8:1::3)" = 6 ]
	# and the unicast and the multicast interface
	[ "$(births 192.0.2.1 -i wlan0)" = 6 ]
	# socket, and the port range
	[ "$(births 192.0.2.1 -p 40000-40009)" = 2 ]
}

@test "a supervised call takes no more system calls than it needs" {
	# program: socket, close; supervisor: receives, may it read?, root's rights?, socket, no-port, bind, gives, close
	[ "$(supervised_calls socket 192.0.2.1 -a 203.0.113.3)" = 10 ]
	# and IPV6_V6ONLY is put back
	[ "$(supervised_calls socket 2001:db8:9::1 -a 2001:db8:1::3)" = 11 ]
	# program: sendto; supervisor: receives, duplicates the descriptor, asks for changes, reads the address, the
	# kind, the device, the peer and the data, asks if the caller still waits, root's rights?, sends, closes, answers
	[ "$(supervised_calls sendto 192.0.2.1 -i wlan0)" = 14 ]
}
