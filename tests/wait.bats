#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --wait: bindto waits until its interface or address is there, and then starts the program. The tests change the
# network step by step, and look after each step whether bindto has looked and waits on.

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	OUT=$BINDTO_TESTS_DIR/user/out
	rm -f "$OUT"
}

teardown() {
	local name
	[ -z "${waiting:-}" ] || stop "$waiting"
	for name in spare sparse; do
		ip -n client link del $name 2>/dev/null || :
	done
}

# begin OPTION...: starts a program under bindto OPTION... as $WHO, which prints the addresses of its sockets into
# $OUT. bindto's process id is in $waiting.
begin() {
	local as=()
	[ "${WHO:-user}" = root ] || as=("${AS_USER[@]}")
	rm -f "$OUT"
	start client "${as[@]}" sh -c 'exec "$@" >"$0" 2>&1' "$OUT" "$BINDTO" "$@" -- python3 -c "if True:
		import os, socket
		names = [socket.socket(family, socket.SOCK_DGRAM).getsockname()[0] for family in (socket.AF_INET, socket.AF_INET6)]
		print(*names, flush=True)"
	waiting=${started:?}
}

# waits: bindto has seen all changes, and waits for another.
waits() {
	grep -qE '^(7|73|271|168) ' "/proc/$waiting/syscall" &&
		[ "$(awk -v pid="$waiting" '$3 == pid { print $5 }' "/proc/$waiting/net/netlink")" = 0 ]
}

# step COMMAND...: changes the client's network, and bindto waits on.
step() {
	ip -n client "$@"
	wait_until waits
}

# assert_starts OUTPUT: bindto starts the program, which prints OUTPUT.
assert_starts() {
	wait_until test -s "$OUT"
	wait_until gone "$waiting"
	waiting=
	assert_equal "$(cat "$OUT")" "$1"
}

from_nothing_to_an_address() {
	begin "$@" --wait -4 -i spare
	wait_until waits
	step link add spare type veth peer name sparse
	step link set spare up
	step addr add 192.0.2.77/28 dev spare
	ip -n client link set sparse up
	assert_starts "192.0.2.77 ::ffff:192.0.2.77"
	ip -n client link del spare
}

@test "bindto waits until the interface exists, is up, and has an address and a carrier" {
	local engine
	for engine in both preload supervise; do
		as_each from_nothing_to_an_address --engine $engine
	done
}

@test "bindto waits until the interface comes up, and curl leaves by it" {
	need curl
	witness_mark
	ip -n client link set wlan0 down
	start client "${AS_USER[@]}" sh -c 'exec "$@" >"$0" 2>&1' "$OUT" \
		"$BINDTO" --wait -4 -i wlan0 curl -s --http0.9 --max-time 20 http://192.0.2.1:7000
	waiting=$started
	wait_until waits
	step addr flush dev wlan0
	step link set wlan0 up
	step route add default via 198.51.100.1 dev wlan0 onlink metric 600 # before the address, as curl goes at once
	wlan0_again
	wait_until test -s "$OUT"
	wait_until gone "$waiting"
	waiting=
	run awk '{ print $2 }' "$OUT"
	assert_output 198.51.100.2
	assert_only 198.51.100.2 wlan0
}

@test "a tentative address and a link-local one are not waited for, but the address that follows" {
	ip -n client link add spare type veth peer name sparse
	in_client sh -c 'cd /proc/sys/net/ipv6/conf; echo 1 >all/accept_dad; echo 1 >spare/accept_dad; echo 100 >spare/dad_transmits'
	ip -n client link set sparse up
	begin --wait -6 -i spare
	wait_until waits
	ip -n client link set spare up
	step addr add fe80::77/64 dev spare nodad
	step addr add 2001:db8:7::77/64 dev spare
	in_client sh -c 'echo 1 >/proc/sys/net/ipv6/conf/spare/dad_transmits'
	step addr del 2001:db8:7::77/64 dev spare
	ip -n client addr add 2001:db8:7::78/64 dev spare
	assert_starts "127.0.0.1 2001:db8:7::78"
	in_client sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad'
}

address_arrives() {
	begin --wait -a 192.0.2.77
	wait_until waits
	step addr add 192.0.2.78/32 dev eth0
	ip -n client addr add 192.0.2.77/32 dev eth0
	assert_starts "192.0.2.77 ::ffff:192.0.2.77"
	begin --wait -a 2001:db8:7::77 -a 192.0.2.77 # the second is there
	wait_until waits
	ip -n client addr add 2001:db8:7::77/128 dev eth0 nodad
	assert_starts "192.0.2.77 2001:db8:7::77"
	begin --wait -a 192.0.2.100
	wait_until waits
	step route add 192.0.2.96/28 via 203.0.113.1
	ip -n client route add local 192.0.2.100/32 dev lo
	assert_starts "192.0.2.100 ::ffff:192.0.2.100"
	ip -n client route del 192.0.2.96/28 via 203.0.113.1
	ip -n client route del local 192.0.2.100/32 dev lo
	ip -n client addr del 192.0.2.77/32 dev eth0
	ip -n client addr del 192.0.2.78/32 dev eth0
	ip -n client addr del 2001:db8:7::77/128 dev eth0
}

@test "bindto waits until the address of -a is this host's, as an address or by a local route" {
	as_each address_arrives
}

@test "bindto waits for an address on its interface, and for a link-local address" {
	begin --wait -i spare -a 192.0.2.77
	wait_until waits
	ip -n client link add spare type veth peer name sparse
	ip -n client link set sparse up
	ip -n client link set spare up
	wait_until waits
	ip -n client addr add 192.0.2.77/32 dev spare
	assert_starts "192.0.2.77 ::ffff:192.0.2.77"
	begin --wait -a fe80::78%spare
	wait_until waits
	ip -n client addr add fe80::78/64 dev spare nodad
	assert_starts "127.0.0.1 fe80::78"
}

@test "for a pattern, bindto waits for one interface that fits and is ready" {
	ip -n client link add sparse type veth peer name other
	ip -n client link set sparse up
	begin --wait -4 -i 'spar*'
	wait_until waits
	step link add spare type veth peer name spare2
	step addr add 192.0.2.76/32 dev sparse
	ip -n client link set spare2 up
	ip -n client addr add 192.0.2.77/32 dev spare
	ip -n client link set spare up
	assert_starts "192.0.2.77 ::ffff:192.0.2.77"
	run client "$BINDTO" --wait -4 -i 'spar*' true # it is ready now
	assert_success
}

@test "of several interfaces, bindto waits until all exist and one is ready" {
	begin --wait -4 -i spare -i wlan0
	wait_until waits
	ip -n client link add spare type veth peer name sparse
	assert_starts "198.51.100.2 ::ffff:198.51.100.2"
}

@test "with --addresses, bindto waits for an address of that kind" {
	ip -n client link add spare type veth peer name sparse
	in_client sh -c 'echo 2 >/proc/sys/net/ipv6/conf/spare/use_tempaddr'
	ip -n client link set sparse up
	ip -n client link set spare up
	begin --wait -6 -i spare --addresses=temporary
	wait_until waits
	step addr add 2001:db8:7::77/64 dev spare nodad
	ip -n client addr add 2001:db8:7::78/64 dev spare nodad mngtmpaddr valid_lft 9000 preferred_lft 8000
	wait_until test -s "$OUT"
	run cat "$OUT"
	assert_output --regexp '^127.0.0.1 2001:db8:7:0:[0-9a-f:]+$'
	wait_until gone "$waiting"
	waiting=
}

# drops: how many messages the kernel could not queue for bindto.
drops() {
	awk -v pid="$waiting" '$3 == pid { print $9 }' "/proc/$waiting/net/netlink"
}

@test "bindto looks again if there were more changes than the kernel queues" {
	begin --wait -a 192.0.2.77
	wait_until waits
	kill -STOP "$waiting"
	while [ "$(drops)" -eq 0 ]; do
		for number in {1..250}; do
			printf 'addr add 10.9.9.%d/32 dev lo\naddr del 10.9.9.%d/32 dev lo\n' "$number" "$number"
		done | ip -n client -batch -
	done
	ip -n client addr add 192.0.2.77/32 dev lo
	kill -CONT "$waiting"
	assert_starts "192.0.2.77 ::ffff:192.0.2.77"
	ip -n client addr del 192.0.2.77/32 dev lo
}

# assert_ends MESSAGE OPTION...: bindto --wait=0.1 OPTION... ends with MESSAGE and starts nothing.
assert_ends() {
	local message=$1
	shift
	run client "$BINDTO" --wait=0.1 "$@" touch "$BINDTO_TESTS_DIR/user/started"
	assert_failure 125
	assert_line --index 0 "bindto: cannot pin to $message (waited 0.1 seconds)"
	refute [ -e "$BINDTO_TESTS_DIR/user/started" ]
}

@test "when the time is over, bindto says what is missing and starts nothing" {
	assert_ends "interface 'spare': there is no such interface" -i spare
	assert_ends "interface 'spar*': there is no such interface" -i 'spar*'
	ip -n client link add spare type veth peer name sparse
	in_client sh -c 'echo 1 >/proc/sys/net/ipv6/conf/spare/addr_gen_mode'
	assert_ends "interface 'spare': it is down" -i spare
	ip -n client link set spare up
	assert_ends "interface 'spare': it has no carrier" -i spare
	ip -n client link set sparse up
	wait_until bash -c 'ip -n client link show spare | grep -q LOWER_UP'
	assert_ends "interface 'spare': it has no address" -i spare
	assert_ends "interface 'spar*': none that it matches is up and has an address" -i 'spar*'
	ip -n client addr add fe80::77/64 dev spare nodad
	assert_ends "interface 'spare': it has only link-local addresses" -i spare
	assert_ends "interface 'spare': it has no IPv4 address" -4 -i spare
	assert_ends "'192.0.2.77': it is no address of this host" -a 192.0.2.77
	run client "$BINDTO" --wait=1 -i spare -4 true
	assert_line --index 0 "bindto: cannot pin to interface 'spare': it has no IPv4 address (waited 1 second)"
	run client "$BINDTO" --wait=0 -i spare -4 true
	assert_line --index 0 "bindto: cannot pin to interface 'spare': it has no IPv4 address"
	run client "$BINDTO" --wait=0 -i wlan0 true
	assert_success
	run client "$BINDTO" --wait=0 -i spare -a fe80::77 true
	assert_success
}

@test "only a terminal and -v are told that bindto waits" {
	need script
	local words="--wait=0.1 -i spare -a 192.0.2.77 true"
	# shellcheck disable=SC2086 # words
	run client "$BINDTO" $words
	refute_output --partial waiting
	# shellcheck disable=SC2086 # words
	run client "$BINDTO" -v $words
	assert_line --index 0 "bindto: waiting for interface 'spare', '192.0.2.77'"
	run client script -qec "$BINDTO $words" /dev/null
	assert_line --index 0 --partial "bindto: waiting for interface 'spare', '192.0.2.77'"
	run client "$BINDTO" -v --wait=0.1 -i spare,sparse true
	assert_line --index 1 "hint: give the option once for each: -i spare -i sparse"
	run client script -qec "$BINDTO --wait -i wlan0 true" /dev/null
	refute_output --partial waiting
}

@test "an interrupt ends the wait as it ends a program" {
	run python <<-END
		bindto = subprocess.Popen(["$BINDTO", "--wait", "-i", "spare", "true"])
		def waits():
		    with open("/proc/%d/syscall" % bindto.pid) as call: return call.read().split()[0] in ("7", "73", "271", "168")
		wait_until(waits)
		bindto.send_signal(2)
		print(bindto.wait())
	END
	assert_output -- -2
}

@test "what is wrong with a command is said at once, without waiting" {
	local value
	run -127 client "$BINDTO" --wait -i spare no-such-program
	run client "$BINDTO" --wait -i spare --ttl 0 true
	assert_failure 125
	assert_output --partial "cannot use '--ttl 0'"
	run client "$BINDTO" --wait -a 192.0.2.777 true
	assert_failure 125
	assert_line --index 0 "bindto: cannot pin to '192.0.2.777': it is neither an IPv4 nor an IPv6 address"
	run client "$BINDTO" --wait -6 -a 192.0.2.77 true
	assert_failure 125
	run client "$BINDTO" --wait -i 203.0.113.9 true
	assert_failure 125
	assert_line --index 1 "hint: '-a 203.0.113.9' pins to an address"
	run client "$BINDTO" --wait -p 4000 true
	assert_failure 125
	assert_output "bindto: cannot use '--wait' without '-a' or '-i': there is nothing to wait for"
	run client "$BINDTO" --wait --list
	assert_failure 125
	assert_output "bindto: cannot use '--list' with '--wait': it lists all there is"
	for value in x 1s -1 +1 1. 1.5.2 .5 1,5 4294967296 "" " 1"; do
		run client "$BINDTO" --wait="$value" -i lo true
		assert_failure 125
		assert_output "bindto: cannot use '--wait=$value': it is not a number of seconds, such as 10 or 0.5"
	done
}

@test "--explain does not wait, and says what is missing" {
	run client "$BINDTO" --explain --wait -i spare true
	assert_failure 125
	assert_line --index 0 "bindto: cannot pin to interface 'spare': there is no such interface"
	run client "$BINDTO" --explain --wait -i wlan0 true
	assert_success
}
