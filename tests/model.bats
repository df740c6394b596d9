#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# unit/reach_test.c proves things about a model of the kernel's sockets (model/kernel.h). Here random calls go to
# the model and to the running kernel, and give the same. By hand: MODEL_COUNT=100000 MODEL_SEED=7 tests/run model

load lib/network.bash
load lib/assertions.bash
export WITNESS=none
on_network let_users_ping neighbours

let_users_ping() {
	# If the tests run in a user namespace, it has one group only, and the comparison is without ping sockets.
	in_client sh -c 'echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range' || :
}

# neighbours: the router's hardware address is every neighbour's, so that no packet waits for an answer to ARP.
neighbours() {
	local uplink mac address
	for uplink in eth0 wlan0; do
		mac=$(ip -n router -o link show "to-$uplink" | sed 's:.*link/ether \([^ ]*\).*:\1:')
		for address in 127.0.0.{1,2} 192.0.2.1 203.0.113.{1,2,3,255} 198.51.100.{1,2,3,255} \
			::1 2001:db8:1::{1,2,3} 2001:db8:2::{1,2,3} 2001:db8:9::1 fe80::99 $(link_locals); do
			ip -n client neigh replace "$address" lladdr "$mac" dev "$uplink" nud permanent
		done
	done
}

link_locals() {
	ip -n client -6 -o addr show scope link | sed 's:.*inet6 \([^/]*\)/.*:\1:'
}

compare() {
	run timeout 300 nsenter --net=/run/netns/client -- "${BINDTO_BUILD:?}/tests/model/compare" \
		/run/netns/router /run/netns/client "$1" "${MODEL_SEED:-1}" "${MODEL_COUNT:-2000}"
	assert_success
	assert_output "${MODEL_COUNT:-2000} sequences, 0 differ"
}

@test "the model does what the kernel does: an unprivileged user's sockets" {
	compare user
}

@test "the model does what the kernel does: root's sockets, raw ones too" {
	compare root
}

@test "the model does what the kernel does: if packets from 127.0.0.1 may leave (route_localnet)" {
	in_client sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet'
	compare localnet
	in_client sh -c 'echo 0 >/proc/sys/net/ipv4/conf/all/route_localnet'
}

# This has to be the last test: wlan0's addresses are gone afterwards.
@test "the model does what the kernel does: after an uplink lost its addresses" {
	ip -n client addr flush dev wlan0
	ip -n client -6 addr flush dev wlan0
	neighbours
	compare lost
}
