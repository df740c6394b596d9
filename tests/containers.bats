#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Network namespaces below a pinned program, and the programs that make them: pasta, slirp4netns, bwrap, podman.
# A process in another network namespace than bindto gets no way out of that namespace; what carries the
# namespace's packets to the network (pasta, slirp4netns) is pinned itself.

load lib/network.bash
load lib/assertions.bash
on_network make_blue

# make_blue: a network namespace that has an interface with the name of the pinned one, and a way to the server.
make_blue() {
	ip netns add blue
	ip link add wlan0 netns blue type veth peer name to-blue netns router
	ip -n router -batch - <<-'END'
		link set to-blue up
		addr add 198.51.101.1/24 dev to-blue
		addr add 2001:db8:3::1/64 dev to-blue nodad
	END
	ip -n blue -batch - <<-'END'
		link set lo up
		link set wlan0 up
		addr add 198.51.101.2/24 dev wlan0
		addr add 2001:db8:3::2/64 dev wlan0 nodad
		route add default via 198.51.101.1
		route add ::/0 via 2001:db8:3::1
	END
	wait_until links_are_up blue
}

@test "an interface of the same name in another network namespace is not the pinned one" {
	local engine
	script <<-'END'
		for family, peer in (V4, REMOTE4), (V6, REMOTE6):
		    for kind in TCP, UDP:
		        try:
		            with socket.socket(family, kind) as s:
		                s.settimeout(2)
		                print(peer_of(s, (peer, WHO)))
		        except OSError as failure:
		            print("no")
	END
	export WHO=root
	run client nsenter --net=/run/netns/blue python3 "$SCRIPT"
	assert_output $'198.51.101.2\n198.51.101.2\n2001:db8:3::2\n2001:db8:3::2'
	for engine in both preload supervise; do
		run client "$BINDTO" --engine "$engine" -i wlan0 -- nsenter --net=/run/netns/blue python3 "$SCRIPT"
		assert_output $'no\nno\nno\nno'
	done
}
