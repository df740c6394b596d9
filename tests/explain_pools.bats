#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --explain judges each member of a pool, and what --freebind makes of an address. The traps are set up as in
# explain_traps.bats, and the command that is given against one is carried out as it stands.
# shellcheck disable=SC2154 # stderr is bats's

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
load lib/explain.bash

on_network

# no_hint: nothing is advised.
no_hint() {
	assert_equal "${hints[*]}" ''
}

@test "a pool whose members all lead out works, and a row tells the way of each" {
	explain -a 203.0.113.2 -a 203.0.113.3 -- true
	assert_works
	assert_row IPv4 'by eth0 via 203\.0\.113\.1 from 203\.0\.113\.2, 203\.0\.113\.3'
	assert_row IPv6 'refused, for it has no pin'
	explain -i wlan0 -i eth0 -- true
	assert_works
	assert_row IPv4 'by wlan0 via 198\.51\.100\.1 from 198\.51\.100\.2'
	assert_row IPv4 'by eth0 via 203\.0\.113\.1 from 203\.0\.113\.2'
	assert_row IPv6 'by wlan0 via 2001:db8:2::1 from 2001:db8:2::2'
	assert_row interface 'wlan0 \(virtual, up\)'
	assert_row interface 'eth0 \(virtual, up\)'
	explain --json -i wlan0 -i eth0 -- true
	assert_equal "$(json '[f["route"]["interface"] for f in all["families"]]')" "['wlan0', 'wlan0']"
}

@test "trap: one address of a pool would leave by another uplink, and no single -i mends that" {
	explain -a 203.0.113.2 -a 198.51.100.2 -- "${GET[@]}"
	assert_found warning 'packets from 198\.51\.100\.2, an address of wlan0, would leave by eth0$'
	no_hint
	explain -a 198.51.100.2 -a 203.0.113.2 -a 2001:db8:1::3 -- "${GET[@]}"
	assert_found warning 'packets from 198\.51\.100\.2, an address of wlan0, would leave by eth0$'
	no_hint
	explain -a 198.51.100.2 -a 2001:db8:2::2 -a 2001:db8:1::3 -- "${GET[@]}"
	assert_found warning 'packets from 198\.51\.100\.2, an address of wlan0, would leave by eth0$'
	no_hint
}

@test "trap: all addresses of a prefix would leave by another uplink" {
	explain -a 198.51.100.0/24 -- "${GET[@]}"
	assert_found warning 'packets from 198\.51\.100\.2, 198\.51\.100\.3, addresses of wlan0, would leave by eth0$'
	assert_equal "${hints[*]}" "$BINDTO -i wlan0 -a 198.51.100.0/24 -- ${GET[*]}"
	witness_mark
	run client sh -c "${hints[0]}"
	assert_success
	assert_line --regexp '^peer 198\.51\.100\.[23] '
	refute_line --partial eth0
	explain -i wlan0 -a 198.51.100.0/24 -- "${GET[@]}"
	assert_works
}

@test "trap: a rule of the system stops one address of a pool" {
	local action
	for action in prohibit unreachable blackhole; do
		in_ns client ip rule add from 203.0.113.3 $action
		explain -a 203.0.113.2 -a 203.0.113.3 -- "${GET[@]}"
		assert_found warning 'a rule or a route of this host stops IPv4 packets from 203\.0\.113\.3$'
		no_hint
		assert_row IPv4 'by eth0 via 203\.0\.113\.1 from 203\.0\.113\.2'
		assert_row IPv4 'from 203\.0\.113\.3, with no route out'
		# The first address is taken while this host has it, whatever its way is.
		explain --pick first -a 203.0.113.2 -a 203.0.113.3 -- "${GET[@]}"
		assert_found warning 'stops IPv4 packets from 203\.0\.113\.3$'
		explain --pick first -a 203.0.113.3 -a 203.0.113.2 -- "${GET[@]}"
		assert_found problem 'stops IPv4 packets from 203\.0\.113\.3$'
		LIMIT=5 run client "$BINDTO" --pick first -a 203.0.113.3 -a 203.0.113.2 -- "${GET[@]}"
		assert_failure
		explain -a 203.0.113.3 -- "${GET[@]}"
		assert_found problem 'stops IPv4 packets from 203\.0\.113\.3$'
		no_hint
		in_ns client ip rule del from 203.0.113.3 $action
	done
}

@test "trap: one address of a pool leads no further than this host" {
	explain -a 127.0.0.2 -a 203.0.113.3 -- true
	assert_found warning '127\.0\.0\.2 leads no further than this host$'
	explain -a 127.0.0.2 -a 127.0.0.3 -- true
	assert_works
}

@test "trap: an interface of a pool has no default route" {
	in_ns client ip route del default dev wlan0
	in_ns client ip -6 route del default dev wlan0
	explain -i wlan0 -i eth0 -- "${GET[@]}"
	assert_found warning 'no IPv4 route leads out by wlan0: only its own network is reached$'
	assert_found warning 'no IPv6 route leads out by wlan0: only its own network is reached$'
	assert_row IPv4 'by eth0 via 203\.0\.113\.1 from 203\.0\.113\.2'
	assert_row IPv4 'from 198\.51\.100\.2, with no route out'
	in_ns client sh -c "${hints[0]/GATEWAY/198.51.100.1} && ${hints[1]/GATEWAY/2001:db8:2::1}"
	explain -i wlan0 -i eth0 -- "${GET[@]}"
	assert_works
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -i eth0 -- "${GET[@]}"
	in_ns client ip route del default dev wlan0
	in_ns client ip -6 route del default dev wlan0
	wlan0_again
}

# eth0's default routes are gone until with_eth0.
without_eth0() {
	in_ns client ip route del default dev eth0
	in_ns client ip -6 route del default dev eth0
}

with_eth0() {
	in_ns client ip route add default via 203.0.113.1 dev eth0 metric 100
	in_ns client ip -6 route add default via 2001:db8:1::1 dev eth0 metric 100
}

@test "trap: no interface of a pool has a default route" {
	in_ns client ip -6 route del default dev wlan0
	in_ns client ip route del default dev wlan0
	without_eth0
	explain -4 -i wlan0 -i eth0 -- true
	assert_found problem 'no IPv4 route leads out by wlan0'
	assert_found problem 'no IPv4 route leads out by eth0'
	assert_equal "${hints[*]}" "ip route add default via GATEWAY dev wlan0 metric 100 ip route add default via GATEWAY dev eth0 metric 100"
	with_eth0
	wlan0_again
}

@test "trap: an interface of a pool is down, has no carrier or no address" {
	in_ns client ip link set wlan0 down
	explain -i wlan0 -i eth0 -- "${GET[@]}"
	assert_found warning 'wlan0 is down$'
	assert_equal "${hints[*]}" 'ip link set wlan0 up'
	in_ns client sh -c "${hints[0]}"
	wait_until links_are_up client
	wlan0_again
	explain -i wlan0 -i eth0 -- "${GET[@]}"
	assert_works
	in_ns router ip link set to-wlan0 down
	wait_until is_off
	explain -i wlan0 -i eth0 -- "${GET[@]}"
	assert_found warning 'wlan0 has no carrier$'
	no_hint
	assert_row IPv4 'by wlan0, which has no carrier'
	explain --json -i wlan0 -i eth0 -- true
	assert_equal "$(json '[f["route"]["interface"] for f in all["families"]]')" "['eth0', 'eth0']"
	explain -i wlan0 -- "${GET[@]}"
	assert_found problem 'wlan0 has no carrier$'
	in_ns router ip link set to-wlan0 up
	in_ns router ip addr replace 2001:db8:2::1/64 dev to-wlan0 nodad
	wait_until links_are_up router
	wait_until links_are_up client
	in_ns client ip addr flush dev wlan0
	explain -i wlan0 -i eth0 -- "${GET[@]}"
	assert_found warning 'wlan0 has no IPv4 address$'
	no_hint
	wlan0_again
}

is_off() {
	[[ $(ip -n client -brief link show wlan0) == *DOWN* ]]
}

@test "an interface of a pool that lacks a family, while it leads out by the other, is no trap" {
	in_ns client ip -6 addr flush dev wlan0 scope global
	explain -i wlan0 -i eth0 -- true
	wlan0_again
	assert_works
	assert_row IPv6 'by eth0 via 2001:db8:1::1 from 2001:db8:1::.*'
}

@test "trap: strict reverse-path filtering of one member of a pool" {
	strict_filter 1
	explain -4 -i wlan0 -i eth0 -- true
	assert_found warning 'wlan0 drops what comes in \(rp_filter is 1, strict\)'
	assert_equal "${hints[*]}" "sysctl -w net.ipv4.conf.wlan0.rp_filter=2"
	explain -4 -i wlan0 -i eth0 --pick random -- true
	assert_found warning 'wlan0 drops what comes in'
	explain -4 -i wlan0 -- true
	assert_found problem 'wlan0 drops what comes in'
	strict_filter 0
}

@test "trap: the name server of a pool, by the members that would ask it" {
	name_servers 203.0.113.9
	explain -s -i wlan0 -i eth0 -- true
	assert_found warning 'name server 203\.0\.113\.9 is a neighbour on another interface'
	explain -s -i eth0 -i wlan0 -- true
	assert_works
	assert_row 'name server' '203\.0\.113\.9: asked from the pin'
	in_ns client ip rule add from 203.0.113.3 to 192.0.2.9 prohibit
	name_servers 192.0.2.9
	explain -s -a 203.0.113.2 -a 203.0.113.3 -- true
	assert_found warning '203\.0\.113\.3 of the pin does not lead to name server 192\.0\.2\.9$'
	assert_row 'name server' '192\.0\.2\.9: asked from the pin'
	explain -s -a 203.0.113.3 -- true
	assert_found problem 'the pin does not lead to name server 192\.0\.2\.9$'
	explain -s --pick first -a 203.0.113.3 -a 203.0.113.2 -- true
	assert_found problem 'the pin does not lead to name server 192\.0\.2\.9$'
	in_ns client ip rule del from 203.0.113.3 to 192.0.2.9 prohibit
}
