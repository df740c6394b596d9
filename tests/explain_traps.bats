#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The traps that --explain finds. Each is set up and seen to bite; the command that is given against it
# is carried out as it stands, and then the program works and nothing is found.
# shellcheck disable=SC2154 # stderr is bats's

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
load lib/explain.bash

on_network

@test "trap: the pinned address would leave by another uplink" {
	as_each is_other_uplink
}

is_other_uplink() {
	assert_comes_from 198.51.100.2 eth0 "$BINDTO" -a 198.51.100.2 -- "${GET[@]}"
	explain -a 198.51.100.2 -- "${GET[@]}"
	assert_found warning 'packets from 198\.51\.100\.2, an address of wlan0, would leave by eth0$'
	assert_equal "${hints[*]}" "$BINDTO -i wlan0 -a 198.51.100.2 -- ${GET[*]}"
	assert_comes_from 198.51.100.2 wlan0 sh -c "${hints[0]}"
	explain -i wlan0 -a 198.51.100.2 -- "${GET[@]}"
	assert_works
}

@test "trap: the same for IPv6, and for both families on one interface" {
	explain -a 2001:db8:2::3 -a 198.51.100.2 -- "${GET6[@]}"
	assert_found warning 'packets from 2001:db8:2::3, an address of wlan0, would leave by eth0$'
	assert_equal "${#hints[@]}" 2
	assert_comes_from 2001:db8:2::3 wlan0 sh -c "${hints[1]}"
	# No interface has both of these: there is nothing to advise.
	explain -a 2001:db8:1::3 -a 198.51.100.2 -- true
	assert_found warning 'packets from 198\.51\.100\.2'
	assert_equal "${#hints[@]}" 0
}

@test "an address that a rule of the system sends by its own uplink is no trap, nor is one on lo" {
	in_ns client ip route add default via 198.51.100.1 dev wlan0 table 77
	in_ns client ip rule add from 198.51.100.2 table 77
	explain -a 198.51.100.2 -- "${GET[@]}"
	in_ns client ip rule del from 198.51.100.2 table 77
	in_ns client ip route del default table 77
	assert_works
	assert_row IPv4 'by wlan0 via 198\.51\.100\.1 from 198\.51\.100\.2'
	in_ns client ip addr add 203.0.113.77/32 dev lo
	explain -a 203.0.113.77 -- true
	in_ns client ip addr del 203.0.113.77/32 dev lo
	assert_works
}

@test "a family that this host stops for all programs is no trap for one that is not pinned to an address" {
	in_ns client ip -6 route add prohibit default metric 50
	explain -p 40000-40099 -- true
	assert_works
	explain -i wlan0 -- true
	in_ns client ip -6 route del prohibit default metric 50
	assert_found warning 'a rule or a route of this host stops IPv6 packets from 2001:db8:2::2 by wlan0$'
}

# without_routes: wlan0's default routes are gone until with_routes.
without_routes() {
	in_ns client ip route del default dev wlan0
	in_ns client ip -6 route del default dev wlan0
}

with_routes() {
	in_ns client ip route replace default via 198.51.100.1 dev wlan0 metric 600
	in_ns client ip -6 route replace default via 2001:db8:2::1 dev wlan0 metric 600
}

@test "trap: the interface has no default route" {
	without_routes
	LIMIT=5 run client "$BINDTO" -i wlan0 -- "${GET[@]}"
	assert_failure
	explain -i wlan0 -- "${GET[@]}"
	assert_found problem 'no IPv4 route leads out by wlan0: only its own network is reached$'
	assert_found problem 'no IPv6 route leads out by wlan0: only its own network is reached$'
	assert_row IPv4 'from 198\.51\.100\.2, with no route out'
	# Nothing here tells which router there is.
	assert_equal "${hints[0]}" "ip route add default via GATEWAY dev wlan0 metric 200"
	assert_equal "${hints[1]}" "ip -6 route add default via GATEWAY dev wlan0 metric 200"
	in_ns client sh -c "${hints[0]/GATEWAY/198.51.100.1}"
	explain -i wlan0 -- "${GET[@]}"
	assert_found warning 'no IPv6 route leads out by wlan0'
	in_ns client sh -c "${hints[0]/GATEWAY/2001:db8:2::1}"
	explain -i wlan0 -- "${GET[@]}"
	assert_works
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -- "${GET[@]}"
	assert_comes_from 2001:db8:2::2 wlan0 "$BINDTO" -i wlan0 -- "${GET6[@]}"
	# What is not pinned goes where it went.
	assert_comes_from 203.0.113.2 eth0 "${GET[@]}"
	without_routes
	with_routes
}

@test "trap: the same, where a route of another table tells the router" {
	without_routes
	in_ns client ip route add default via 198.51.100.1 dev wlan0 table 77
	in_ns client ip -6 route add default via 2001:db8:2::1 dev wlan0 table 77
	explain -i wlan0 -- "${GET[@]}"
	assert_found problem 'no IPv4 route leads out by wlan0'
	assert_equal "${#hints[@]}" 2
	in_ns client sh -c "${hints[0]} && ${hints[1]}"
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -- "${GET[@]}"
	assert_comes_from 2001:db8:2::2 wlan0 "$BINDTO" -i wlan0 -- "${GET6[@]}"
	explain -i wlan0 -- "${GET[@]}"
	assert_works
	in_ns client ip route del default table 77
	in_ns client ip -6 route del default table 77
	without_routes
	with_routes
}

@test "trap: no default route, over a link that has no neighbours" {
	start client python3 -c 'import fcntl, signal, struct, sys
tun = open("/dev/net/tun", "r+b", buffering=0)
fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH22x", b"tun0", 0x1001))  # TUNSETIFF
open(sys.argv[1], "w")
signal.pause()' "$NETWORK_DIR/tun.ready"
	wait_until test -e "$NETWORK_DIR/tun.ready"
	in_ns client ip addr add 198.51.100.129/32 dev tun0
	in_ns client ip link set tun0 up
	explain -4 -i tun0 -- true
	assert_found problem 'no IPv4 route leads out by tun0'
	assert_equal "${hints[0]}" "ip route add default dev tun0 metric 700"
	in_ns client sh -c "${hints[0]}"
	explain -4 -i tun0 -- true
	stop "$started"
	assert_works
	assert_row IPv4 'by tun0 from 198\.51\.100\.129'
}

@test "trap: an interface that has link-local addresses only" {
	in_ns client ip link add spare type veth peer name spare2
	in_ns client ip link set spare up
	in_ns client ip link set spare2 up
	wait_until bash -c "ip -n client -6 addr show dev spare scope link -tentative | grep -q fe80"
	explain -i spare -- true
	in_ns client ip link del spare
	assert_found problem 'no IPv6 route leads out by spare'
	assert_row IPv6 'from fe80::.*, which leads no further than the link'
}

@test "trap: strict reverse-path filtering drops the answers" {
	strict_filter 1
	# Its answer is not to come again when the filter lets it through: the kernel would reset it.
	in_ns server sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_synack_retries'
	LIMIT=4 run client "$BINDTO" -4 -i wlan0 -- "${GET[@]}"
	assert_failure
	in_ns server sh -c 'echo 5 >/proc/sys/net/ipv4/tcp_synack_retries'
	explain -4 -i wlan0 -- "${GET[@]}"
	assert_found problem 'wlan0 drops what comes in \(rp_filter is 1, strict\): the routing table sends by eth0$'
	assert_equal "${hints[*]}" "sysctl -w net.ipv4.conf.wlan0.rp_filter=2"
	in_ns client sh -c "${hints[0]}"
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -4 -i wlan0 -- "${GET[@]}"
	explain -4 -i wlan0 -- "${GET[@]}"
	assert_works
	in_ns client sh -c "echo 0 >/proc/sys/net/ipv4/conf/wlan0/rp_filter"
	# It drops nothing of the uplink that the routing table prefers.
	explain -4 -i eth0 -- "${GET[@]}"
	assert_works
	assert_comes_from 203.0.113.2 eth0 "$BINDTO" -4 -i eth0 -- "${GET[@]}"
	strict_filter 0
}

@test "trap: strict filtering of an interface whose name holds a dot" {
	in_ns client ip link set wlan0 down
	in_ns client ip link set wlan0 name wl.0
	in_ns client ip link set wl.0 up
	in_ns client ip route add default via 198.51.100.1 dev wl.0 metric 600
	in_ns client sh -c 'echo 1 >/proc/sys/net/ipv4/conf/wl.0/rp_filter'
	explain -4 -i wl.0 -- true
	assert_found problem 'wl\.0 drops what comes in'
	in_ns client sh -c "${hints[0]}"
	assert_equal "$(in_ns client cat /proc/sys/net/ipv4/conf/wl.0/rp_filter)" 2
	in_ns client sh -c 'echo 0 >/proc/sys/net/ipv4/conf/wl.0/rp_filter'
	in_ns client ip link set wl.0 down
	in_ns client ip link set wl.0 name wlan0
	in_ns client ip link set wlan0 up
	in_ns client ip addr add 2001:db8:2::3/64 dev wlan0 nodad
	in_ns client ip addr add 2001:db8:2::2/64 dev wlan0 nodad
	with_routes
}

@test "trap: name servers that the pin does not lead to" {
	start server python3 "$BINDTO_SOURCE/tests/lib/names.py" "$NETWORK_DIR/names.ready" "$NETWORK_DIR/names.log"
	wait_until test -e "$NETWORK_DIR/names.ready"
	local lookup=(getent ahostsv4 www.test)
	name_servers 2001:db8:9::1
	run client "$BINDTO" -s -a 203.0.113.3 -- "${lookup[@]}"
	assert_failure
	explain -s -a 203.0.113.3 -- "${lookup[@]}"
	assert_found problem 'the pin does not lead to name server 2001:db8:9::1$'
	assert_row 'name server' '2001:db8:9::1: not reached'
	assert_equal "${hints[*]}" "$BINDTO --dns SERVER -s -a 203.0.113.3 -- ${lookup[*]}"
	witness_mark
	run client sh -c "${hints[0]/SERVER/192.0.2.1}"
	assert_success
	assert_line --partial 192.0.2.1
	assert_only 203.0.113.3 eth0
	explain --dns 192.0.2.1 -s -a 203.0.113.3 -- "${lookup[@]}"
	assert_works
	assert_row 'name server' '192\.0\.2\.1: asked from the pin'
	stop "$started"
}

@test "trap: one of several name servers, or a neighbour on another interface" {
	name_servers 2001:db8:9::1 192.0.2.1
	explain -s -a 203.0.113.3 -- true
	assert_found warning 'the pin does not lead to name server 2001:db8:9::1$'
	assert_row 'name server' '192\.0\.2\.1: asked from the pin'
	name_servers 203.0.113.9
	explain -s -i wlan0 -- true
	assert_found warning 'name server 203\.0\.113\.9 is a neighbour on another interface'
	explain --dns 203.0.113.9 -i wlan0 -- true
	assert_found warning 'name server 203\.0\.113\.9 is a neighbour on another interface'
	assert_equal "${hints[*]}" "$BINDTO --dns SERVER -i wlan0 -- true"
	name_servers fe80::1%eth0
	explain -s -i wlan0 -- true
	assert_found problem 'the pin does not lead to name server fe80::1$'
}

@test "trap: --only or -e leaves the server of --dns unpinned" {
	explain --dns 192.0.2.1 --only 192.0.2.0/24:80 -i wlan0 -- true
	assert_found warning 'name lookups go to 192\.0\.2\.1 unpinned: no --only names its port 53$'
	assert_row 'name server' '192\.0\.2\.1: not among the pinned destinations, asked unpinned'
	assert_equal "${hints[*]}" "$BINDTO --only 192.0.2.1:53 --dns 192.0.2.1 --only 192.0.2.0/24:80 -i wlan0 -- true"
	explain --only 192.0.2.1:53 --dns 192.0.2.1 --only 192.0.2.0/24:80 -i wlan0 -- true
	assert_works
	explain --dns '[2001:db8:9::1]:5353' --only 192.0.2.1 -i wlan0 -- true
	assert_found warning 'name lookups go to 2001:db8:9::1 unpinned: no --only names its port 5353$'
	assert_equal "${hints[*]}" "$BINDTO --only '[2001:db8:9::1]:5353' --dns '[2001:db8:9::1]:5353' --only 192.0.2.1 -i wlan0 -- true"
	run client sh -c "${hints[0]}"
	assert_success
	explain --dns 192.0.2.1 -e 192.0.2.0/24 -i wlan0 -- true
	assert_found warning 'name lookups go to 192\.0\.2\.1 unpinned: -e names it$'
	assert_equal "${hints[*]}" ''
	explain --dns 192.0.2.1 --only 192.0.2.0/24 -e :53 -i wlan0 -- true
	assert_found warning 'name lookups go to 192\.0\.2\.1 unpinned: -e names it$'
	assert_equal "${hints[*]}" ''
	explain --dns 192.0.2.1 -e :80 -i wlan0 -- true
	assert_works
}

@test "trap: a supervisor is there already" {
	run client "$BINDTO" -s -a 203.0.113.3 -- "$BINDTO" -s -a 203.0.113.3 -- true
	assert_equal "$status" 125
	run client "$BINDTO" -s -a 203.0.113.3 -- "$BINDTO" --explain -s -a 203.0.113.3 -- "${GET[@]}"
	assert_found problem "cannot be supervised: another seccomp listener supervises it already"
	refute_output --partial hint
	run client "$BINDTO" -s -a 203.0.113.3 -- "$BINDTO" --explain -a 203.0.113.3 -- "${GET[@]}"
	assert_found problem "cannot be supervised: another seccomp listener supervises it already"
	run client "$BINDTO" -a 203.0.113.3 -- "$BINDTO" --explain -a 203.0.113.3 -- "${GET[@]}"
	assert_works
}

@test "trap: a kernel without user notification, or a filter that forbids it" {
	local number trap reason
	# seccomp(2) fails with the given errno, as in an older kernel or a container.
	while read -r number trap reason; do
		run client "${FILTERED[@]}" "$number" seccomp "$BINDTO" --explain --strict -a 203.0.113.3 "${GET[@]}"
		assert_found problem "cannot be supervised: $reason"
		mapfile -t hints < <(sed -n 's/^hint: //p' <<<"$output")
		assert_comes_from 203.0.113.3 eth0 "${FILTERED[@]}" "$number" seccomp sh -c "${hints[0]}"
		run client "${FILTERED[@]}" "$number" seccomp "$BINDTO" --explain --json -s -a 203.0.113.3 true
		assert_equal "$(json 'all["works"], all["findings"][0]["trap"]')" "(False, '$trap')"
	done <<-'END'
		1 seccomp-forbidden seccomp filters are not permitted here
		38 old-kernel this kernel has no seccomp filters, or hides them
		22 old-kernel this kernel has no seccomp user notification as of Linux 5.14
	END
	run client "${FILTERED[@]}" 1 seccomp "$BINDTO" --explain --strict=messages --dns=192.0.2.1 --engine supervise \
		-a 203.0.113.3 "${GET[@]}"
	assert_line "hint: $BINDTO --engine preload -a 203.0.113.3 -- ${GET[*]}"
	# Letters in one word, one of which the hint must leave out, and a value at the end of the word.
	run client "${FILTERED[@]}" 1 seccomp "$BINDTO" --explain -vs -4sa203.0.113.3 "${GET[@]}"
	mapfile -t hints < <(sed -n 's/^hint: //p' <<<"$output")
	assert_equal "${hints[*]}" "$BINDTO --engine preload -v -4 -a 203.0.113.3 -- ${GET[*]}"
	assert_comes_from 203.0.113.3 eth0 "${FILTERED[@]}" 1 seccomp sh -c "${hints[0]} 2>/dev/null"
	# Of a static program there is no other way.
	[ -x "$PROBE/who-static" ] || lacks "no static program could be linked"
	run client "${FILTERED[@]}" 38 seccomp "$BINDTO" --explain -a 203.0.113.3 "$PROBE/who-static"
	assert_found problem "cannot be supervised"
	refute_output --partial hint:
}

@test "trap: a set-user-ID program gets no rights under a user's supervisor" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is but one user here, who gains nothing"
	local copy=$BINDTO_TESTS_DIR/tmp/sudo
	cp "$(command -v id)" "$copy"
	chmod 4755 "$copy"
	run client "$copy" -u
	assert_output 0
	run client "$BINDTO" -a 203.0.113.3 -- "$copy" -u
	refute_output 0
	explain -a 203.0.113.3 -- "$copy" -u
	assert_found warning "'$copy' would not get the rights that its file gives"
	assert_equal "${hints[*]}" "sudo $BINDTO -a 203.0.113.3 -- $copy -u"
	run in_client sh -c "${hints[0]#sudo }"
	assert_output 0
	WHO=root explain -a 203.0.113.3 -- "$copy" -u
	assert_works
	# sudo itself changes places.
	explain -a 203.0.113.3 "$copy" id -u
	assert_equal "${hints[*]}" "sudo $BINDTO -a 203.0.113.3 -- id -u"
	rm "$copy"
}
