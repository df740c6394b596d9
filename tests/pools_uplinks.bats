#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Pools of interfaces: several -i. Each in every engine, as root and as a user.

load lib/network.bash
load lib/assertions.bash
load lib/pools.bash
on_network more_servers make_scripts

teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || echo "(the last command was as ${WHO:-user}, engine ${engine:-none})"
	wlan0_carries
	wlan0_again
}

# wlan0_carries: gives wlan0 its carrier back. The router's end has lost its IPv6 address while it was down.
wlan0_carries() {
	ip -n router link set to-wlan0 up
	ip -n router addr replace 2001:db8:2::1/64 dev to-wlan0 nodad
	wait_until links_are_up client
	wait_until links_are_up router
}

@test "several -i: sockets take the first interface, and the next one while that has no carrier" {
	in_each_engine fails_over
}

# assert_sources V4 V6: sockets of all kinds go from these addresses, under -i wlan0 -i eth0.
assert_sources() {
	pool -i wlan0 -i eth0 -- tcp,udp,sendto,dual-tcp,dual-udp,dual-sendto 1 192.0.2.1 2001:db8:9::1
	assert_line "$1 6"
	assert_line "$2 6"
}

fails_over() {
	witness_mark
	assert_sources 198.51.100.2 2001:db8:2::2
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
	ip -n router link set to-wlan0 down # the witness cannot see that nothing leaves by this one
	wait_until wlan0_is_off
	assert_sources 203.0.113.2 2001:db8:1::2
	wlan0_carries
	wlan0_again
}

wlan0_is_off() {
	[[ $(ip -n client -brief link show wlan0) == *DOWN* ]]
}

@test "several -i: a process's next connection takes another interface as soon as its first has no route or no address" {
	in_each_engine fails_over_meanwhile
}

fails_over_meanwhile() {
	script <<-'END'
		import sys
		for line in sys.stdin:
		    print(*[peer_of(socket.socket(family), (peer, WHO)) for family, peer in ((V4, REMOTE4), (V6, REMOTE6))],
		          flush=True)
	END
	coproc { client "$BINDTO" --engine "$engine" -i wlan0 -i eth0 -- python3 "$SCRIPT"; }
	connects_by "198.51.100.2 2001:db8:2::2"
	ip -n client route del default dev wlan0
	ip -n client -6 route del default dev wlan0
	connects_by "203.0.113.2 2001:db8:1::2"
	wlan0_again
	connects_by "198.51.100.2 2001:db8:2::2"
	ip -n client addr flush dev wlan0 scope global
	connects_by "203.0.113.2 2001:db8:1::2"
	wlan0_again
	connects_by "198.51.100.2 2001:db8:2::2"
	eval "exec ${COPROC[1]}>&-"
	wait "$COPROC_PID"
}

# connects_by SOURCES: the program that runs connects once more, from these.
connects_by() {
	echo >&"${COPROC[1]}"
	read -r -u "${COPROC[0]}" output
	assert_output "$1"
}

@test "several -i: an interface without an address or a route is used once it has both" {
	in_each_engine uses_a_late_interface
}

uses_a_late_interface() {
	ip -n client addr flush dev wlan0 scope global
	script <<-'END'
		import sys
		for line in sys.stdin:
		    print(peer_of(socket.socket(), (REMOTE4, WHO)), flush=True)
	END
	coproc { client "$BINDTO" --engine "$engine" -i wlan0 -i eth0 -- python3 "$SCRIPT"; }
	connects_by 203.0.113.2
	wlan0_again
	connects_by 198.51.100.2
	eval "exec ${COPROC[1]}>&-"
	wait "$COPROC_PID"
}

@test "several -i: random and sticky choose among the interfaces, and each packet leaves by the interface of its source" {
	in_each_engine chooses_an_interface
}

chooses_an_interface() {
	local pick
	for pick in random round-robin sticky; do
		witness_mark
		pool -i wlan0 -i eth0 --pick $pick -- tcp,sendto,dual-tcp 6 192.0.2.{101..106} 2001:db8:9::{101..106}
		assert_line --partial 203.0.113.2
		assert_line --partial 198.51.100.2
		assert_all_by_own_uplink
	done
}

# Since the mark, packets left from the sources of both interfaces, each by its own.
assert_all_by_own_uplink() {
	run witness_since_mark
	refute_line --regexp '^eth0 (syn|udp|data) (198|2001:db8:2)'
	refute_line --regexp '^wlan0 (syn|udp|data) (203|2001:db8:1)'
	assert_line --regexp '^eth0 [a-z]+ 203.0.113.2 '
	assert_line --regexp '^wlan0 [a-z]+ 198.51.100.2 '
}

@test "several -i under -4: IPv6 is refused, and IPv4 is pinned to an interface" {
	in_each_engine refuses_the_other_family
}

refuses_the_other_family() {
	python "$BINDTO" --engine "$engine" -4 -i wlan0 -i eth0 <<-'END'
		assert error(socket.socket(V6).connect, (REMOTE6, WHO)) in ("ENETUNREACH", "EAFNOSUPPORT")
		assert error(socket.socket(V6, UDP).sendto, b"x", (REMOTE6, WHO)) in ("ENETUNREACH", "EAFNOSUPPORT")
		mapped = socket.socket(V6)
		mapped.connect((MAPPED, HOLD))
		assert mapped.getsockname()[0] == "::ffff:" + WLAN4
	END
}

@test "--view=pin shows the interfaces of a pool" {
	run client "$BINDTO" -i wlan0 -i eth0 --view=pin -- python3 -c 'import socket; print(socket.if_nameindex())'
	assert_output --partial "'wlan0'"
	assert_output --partial "'eth0'"
}
