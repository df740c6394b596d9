#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Tunnels: two that have the same local address, and a point-to-point link without a default route. They are veth pairs
# with the names and addresses of tunnels, because some kernels have no other devices. And VRFs, if the kernel has them.

load lib/network.bash
load lib/assertions.bash
export WITNESS=none
on_network make_tunnels

make_tunnels() {
	local name
	for name in tun0 tun1 ppp0; do
		ip link add "$name" netns client type veth peer name "to-$name" netns router
		in_ns client sh -c "echo 0 >/proc/sys/net/ipv6/conf/$name/accept_dad"
	done
	ip -n router -batch - <<-'END'
		link set to-tun0 up
		link set to-tun1 up
		link set to-ppp0 up
		addr add 10.8.0.1/24 dev to-tun0
		addr add 10.8.0.1/24 dev to-tun1
		addr add fd08::1/64 dev to-tun0 nodad
		addr add fd08::1/64 dev to-tun1 nodad
		addr add 10.9.0.1 peer 10.9.0.2/32 dev to-ppp0
		addr add fd09::1 peer fd09::2/128 dev to-ppp0 nodad
	END
	ip -n client -batch - <<-'END'
		link set tun0 up
		link set tun1 up
		link set ppp0 up
		addr add 10.8.0.2/24 dev tun0
		addr add 10.8.0.2/24 dev tun1
		addr add fd08::2/64 dev tun0 nodad
		addr add fd08::2/64 dev tun1 nodad
		route add default via 10.8.0.1 dev tun0 metric 700
		route add default via 10.8.0.1 dev tun1 metric 701
		route add ::/0 via fd08::1 dev tun0 metric 700
		route add ::/0 via fd08::1 dev tun1 metric 701
		addr add 10.9.0.2 peer 10.9.0.1/32 dev ppp0
		addr add fd09::2 peer fd09::1/128 dev ppp0 nodad
	END
	wait_until links_are_up client
	wait_until links_are_up router
	# A service at the other end of the point-to-point link.
	start router python3 "$BINDTO_TESTS_DIR/lib/server.py" "$NETWORK_DIR/router.ready"
	wait_until test -e "$NETWORK_DIR/router.ready"
	WITNESS=$BINDTO_TESTS_DIR/lib/witness.py WITNESS_UPLINKS='eth0=to-eth0 tun0=to-tun0 tun1=to-tun1' start_witness
}

# The router answers by the first of two routes, so only what is sent tells the tunnels apart.
same_address() {
	local engine tunnel
	for engine in both preload supervise; do
		for tunnel in tun0 tun1; do
			witness_mark
			client "$BINDTO" --engine "$engine" -i "$tunnel" -- python3 "$SCRIPT"
			assert_all_by "$tunnel" 10.8.0.2 fd08::2
			witness_mark
			client "$BINDTO" --engine "$engine" -i "$tunnel" -a 10.8.0.2 -a fd08::2 -- python3 "$SCRIPT"
			assert_all_by "$tunnel" 10.8.0.2 fd08::2
		done
	done
}

@test "two tunnels with the same local address are told apart by their devices" {
	script <<-'END'
		for family, peer in (V4, REMOTE4), (V6, REMOTE6):
		    with socket.socket(family) as s: # its SYN leaves at once, and nobody waits for the answer
		        s.setblocking(False)
		        assert error(s.connect, (peer, WHO)) == "EINPROGRESS"
		    for bound in False, True:
		        with socket.socket(family, UDP) as s:
		            if bound:
		                s.bind(("", 7777))
		            s.sendto(b"x", (peer, DISCARD))
		            s.connect((peer, DISCARD))
		            s.send(b"x")
	END
	as_each same_address
}

reaches_its_end() {
	local engine
	for engine in both preload supervise; do
		witness_mark
		run client "$BINDTO" --engine "$engine" -i ppp0 -- python3 "$SCRIPT"
		# For want of an IPv4 route, the kernel takes every peer to be a neighbour on the device.
		assert_output "10.9.0.2 10.9.0.2 EHOSTUNREACH
fd09::2 fd09::2 ENETUNREACH"
		refute_packets
	done
}

@test "a point-to-point link without a default route reaches its other end, and nobody else" {
	script <<-'END'
		for family, end, other in (V4, "10.9.0.1", REMOTE4), (V6, "fd09::1", REMOTE6):
		    seen = []
		    for kind in TCP, UDP:
		        with socket.socket(family, kind) as s:
		            s.settimeout(5)
		            seen.append(peer_of(s, (end, WHO)))
		    with socket.socket(family) as s:
		        s.settimeout(5)
		        print(*seen, error(s.connect, (other, WHO)))
	END
	as_each reaches_its_end
}

@test "an interface whose address has no local route is refused" {
	in_ns client ip addr add 10.7.0.2/32 dev tun1
	in_ns client ip -4 addr flush to 10.8.0.2 dev tun1
	in_ns client ip route del local 10.7.0.2 dev tun1 table local
	run client "$BINDTO" -i tun1 -4 -- true
	in_ns client ip -4 addr flush dev tun1
	in_ns client ip addr add 10.8.0.2/24 dev tun1
	in_ns client ip route add default via 10.8.0.1 dev tun1 metric 701
	assert_failure 125
	assert_output "bindto: cannot pin to interface 'tun1': no socket can be bound to its address 10.7.0.2, which has no local route"
}

# need_vrf: puts tun1 into a VRF, with addresses and default routes of its own. The tests below need it, and are the
# file's last, because tun1 stays there.
need_vrf() {
	[ ! -e /run/vrf-blue ] || return 0
	in_ns client ip link add vrf-blue type vrf table 10 2>/dev/null || skip "this kernel has no VRF"
	touch /run/vrf-blue
	ip -n router addr add 10.7.0.1/24 dev to-tun1
	ip -n router addr add fd07::1/64 dev to-tun1 nodad
	ip -n client -batch - <<-'END'
		link set vrf-blue up
		link set tun1 master vrf-blue
		addr flush dev tun1
		addr add 10.7.0.2/24 dev tun1
		addr add fd07::2/64 dev tun1 nodad
		route add default via 10.7.0.1 dev tun1 table 10
		route add ::/0 via fd07::1 dev tun1 table 10
		route add unreachable default metric 4278198272 table 10
		route add unreachable ::/0 metric 4278198272 table 10
	END
	wait_until links_are_up client
}

@test "a VRF whose table does not end is refused, with the command that ends it" {
	local family
	need_vrf
	for family in 4 6; do
		in_ns client ip -$family route del unreachable default metric 4278198272 table 10
		run client "$BINDTO" -i vrf-blue -- true
		ip -n client -$family route add table 10 unreachable default metric 4278198272
		assert_failure 125
		assert_output "bindto: cannot pin to interface 'vrf-blue': what its table 10 has no IPv$family route for would leave another way
hint: as root: ip -$family route add table 10 unreachable default metric 4278198272"
	done
	run client "$BINDTO" -i vrf-blue -- true
	assert_success
}

# vrf_uplink add|del: the default routes of the VRF. The witness needs them to answer.
vrf_uplink() {
	in_ns client ip route "$1" default via 10.7.0.1 dev tun1 table 10
	in_ns client ip -6 route "$1" default via fd07::1 dev tun1 table 10
}

@test "fact 42: what a VRF's table does not route goes on to other tables, and other interfaces' broadcasts come first" {
	need_vrf
	witness_mark
	vrf_uplink del
	in_ns client ip route del unreachable default metric 4278198272 table 10
	run python <<-'END'
		for name in "vrf-blue", "tun1":
		    with socket.socket(V4, UDP) as s:
		        device(s, name)
		        print(name, error(s.sendto, b"x", (REMOTE4, DISCARD)))
		        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
		        print(name, error(s.sendto, b"x", ("203.0.113.255", DISCARD)))
	END
	in_ns client ip route add unreachable default metric 4278198272 table 10
	vrf_uplink add
	assert_output "vrf-blue None
vrf-blue None
tun1 ENETUNREACH
tun1 ENETUNREACH"
	run witness_since_mark
	assert_line --regexp '^eth0 udp 10\.7\.0\.2 [0-9]* 192\.0\.2\.1 9$'
	assert_line --regexp '^eth0 udp 10\.7\.0\.2 [0-9]* 203\.0\.113\.255 9$'
}

stays_in_vrf() {
	local engine
	for engine in both preload supervise; do
		witness_mark
		vrf_uplink del
		run client python3 -c "$BROADCASTER" "$BINDTO" --engine "$engine" -i vrf-blue -- python3 "$SCRIPT"
		vrf_uplink add
		assert_output --regexp '^(E(HOST|NET)UNREACH ){4}EPERM EACCES EACCES$'
		refute_packets
	done
}

@test "if the VRF's uplink is lost, and for other uplinks' broadcasts, nothing leaves" {
	need_vrf
	script <<-'END'
		seen = []
		for family, peer in (V4, REMOTE4), (V6, REMOTE6):
		    with socket.socket(family) as t, socket.socket(family, UDP) as u:
		        seen += [error(t.connect, (peer, WHO)), error(u.sendto, b"x", (peer, DISCARD))]
		with socket.socket(V4, UDP) as u:
		    seen.append(error(u.setsockopt, socket.SOL_SOCKET, socket.SO_BROADCAST, 1))
		    seen.append(error(u.sendto, b"x", ("203.0.113.255", DISCARD)))
		with socket.socket(fileno=9) as inherited:
		    seen.append(error(inherited.sendto, b"x", ("203.0.113.255", DISCARD)))
		print(*seen)
	END
	# Runs a command with a socket that may send broadcasts already.
	BROADCASTER='
import os, socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    os.dup2(s.fileno(), 9)
os.execvp(sys.argv[1], sys.argv[1:])'
	as_each stays_in_vrf
}

@test "fact 39: in a VRF an address can be bound only after the device" {
	need_vrf
	python <<-'END'
		for name in "vrf-blue", "tun1":
		    for kind in TCP, UDP:
		        first, then = socket.socket(V4, kind), socket.socket(V4, kind)
		        device(then, name)
		        then.bind(("10.7.0.2", 0))
		        assert error(first.bind, ("10.7.0.2", 0)) == "EADDRNOTAVAIL"
	END
}

leaves_by_vrf() {
	local engine name
	for engine in both preload supervise; do
		for name in vrf-blue tun1; do
			witness_mark
			run client "$BINDTO" --engine "$engine" -i "$name" -- python3 "$SCRIPT"
			assert_output "10.7.0.2 10.7.0.2 10.7.0.2
fd07::2 fd07::2 fd07::2"
			assert_success
			run client "$BINDTO" --engine "$engine" -i "$name" -- curl -sS http://192.0.2.1
			assert_output 10.7.0.2
			assert_all_by tun1 10.7.0.2 fd07::2
		done
	done
}

@test "a VRF that has no address, and an interface in it, are pinned by the device" {
	need_vrf
	script <<-'END'
		for family, peer in (V4, REMOTE4), (V6, REMOTE6):
		    seen = []
		    for kind in TCP, UDP:
		        with socket.socket(family, kind) as s:
		            s.settimeout(5)
		            seen.append(peer_of(s, (peer, WHO)))
		    with socket.socket(family, UDP) as s: # it loses its device, and gets it again
		        s.settimeout(5)
		        s.connect((peer, DISCARD))
		        assert unspec(s) is None
		        s.connect((peer, WHO))
		        s.send(b"x")
		        seen.append(s.recv(100).split()[1].decode())
		    print(*seen)
	END
	as_each leaves_by_vrf
}

listens_in_vrf() {
	local engine
	for engine in both preload supervise; do
		start client "$BINDTO" --engine "$engine" -i vrf-blue -- python3 -m http.server 8088
		wait_until in_ns router curl -fsS -o /dev/null --max-time 5 http://10.7.0.2:8088
		run in_server curl -sS --max-time 5 http://203.0.113.2:8088
		assert_failure 7 # refused: nobody listens there
		# shellcheck disable=SC2154 # start sets started
		stop "$started"
	done
}

@test "a server under a VRF is heard there, and nowhere else" {
	need_vrf
	listens_in_vrf
}

refused_in_vrf() {
	local engine
	for engine in both preload supervise; do
		witness_mark
		run client "$BINDTO" --engine "$engine" -i vrf-blue -- python3 "$SCRIPT"
		assert_output "EPERM EPERM EADDRNOTAVAIL"
		refute_packets
		run client "$BINDTO" --engine "$engine" -6 -i vrf-blue -- curl -sS http://192.0.2.1
		assert_failure
		refute_packets
	done
}

@test "a program can neither leave its VRF nor use the family that the user excludes" {
	need_vrf
	script <<-'END'
		with socket.socket(V4, UDP) as s, socket.socket(V4) as t:
		    print(error(s.setsockopt, socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0"),
		          error(t.setsockopt, socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b""),
		          error(t.bind, ("203.0.113.2", 0)))
	END
	as_each refused_in_vrf
}

@test "what does not go together with a VRF is refused" {
	need_vrf
	local option
	for option in -a=10.7.0.2 -e=192.0.2.0/24 --only=192.0.2.0/24 --listen=keep --addresses=stable; do
		run client "$BINDTO" "${option%%=*}" "${option#*=}" -i vrf-blue -- true
		assert_failure 125
		assert_output --partial "bindto: cannot use '${option%%=*}"
		assert_output --partial "with interface 'vrf-blue': it is a VRF or in one"
	done
	run client "$BINDTO" -i eth0 -i tun1 -- true
	assert_failure 125
	assert_output "bindto: cannot pin to interface 'tun1' and another one: it is a VRF or in one"
}

# asks_in_vrf SERVER TEXT STATUS: what --explain says of the name server, under -i vrf-blue.
asks_in_vrf() {
	echo "nameserver $1" >"$BINDTO_TESTS_DIR/resolv.conf"
	run client "$BINDTO" --explain -i vrf-blue -- true
	: >"$BINDTO_TESTS_DIR/resolv.conf"
	assert_equal "$status" "$3"
	assert_line --regexp "^name server +$1: $2"
}

@test "--explain tells which name servers a VRF leads to, and whether it leads out" {
	need_vrf
	asks_in_vrf 10.7.0.1 'asked from the pin' 0
	asks_in_vrf 127.0.0.53 'not reached' 125
	assert_line 'problem: the pin does not lead to name server 127.0.0.53'
	assert_line "hint: $BINDTO --dns SERVER -i vrf-blue -- true"
	asks_in_vrf 203.0.113.2 'not reached' 125
	asks_in_vrf ::1 'not reached' 125
	ip -n client addr add 127.0.0.1/8 dev vrf-blue
	asks_in_vrf 127.0.0.1 'not reached' 125
	ip -n client rule add pref 32765 table local
	ip -n client rule del pref 0
	asks_in_vrf 127.0.0.1 'on this host' 0
	run client "$BINDTO" -i vrf-blue -- python3 -c 'import socket
server = socket.create_server(("127.0.0.1", 0))
print(socket.create_connection(server.getsockname(), 50).getpeername()[0])'
	ip -n client rule add pref 0 table local
	ip -n client rule del pref 32765
	ip -n client addr del 127.0.0.1/8 dev vrf-blue
	assert_output 127.0.0.1
	vrf_uplink del
	run client "$BINDTO" --explain -i vrf-blue -- true
	vrf_uplink add
	assert_line 'problem: no IPv4 route leads out by vrf-blue: only its own network is reached'
	assert_line 'problem: no IPv6 route leads out by vrf-blue: only its own network is reached'
	refute_line --partial 'hint: ip'
}
