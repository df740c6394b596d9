#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Kernel facts, each proved without bindto by an unprivileged user's sockets (preload/pin/FACTS.md numbers them):
# what chooses the uplink. kernel.bats has what a bound address does.
# shellcheck disable=SC2154 # started is network.bash's

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	witness_mark
}

@test "fact 6: an unprivileged socket sets its device once, and can neither change it nor let it go" {
	python <<-'END'
		for family in V4, V6:
		    s = socket.socket(family, TCP)
		    device(s, "wlan0")
		    assert error(device, s, "eth0") == "EPERM"
		    assert error(device, s, "") == "EPERM"
		    assert s.getsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, 16).rstrip(b"\0") == b"wlan0"
	END
}

@test "fact 6: a privileged socket can change its device and let it go" {
	WHO=root python <<-'END'
		s = socket.socket()
		for name in "wlan0", "eth0", "":
		    device(s, name)
		    assert s.getsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, 16).rstrip(b"\0") == name.encode()
	END
}

@test "fact 6: an unprivileged socket may not even name the device again that it has" {
	python <<-'END'
		s = socket.socket()
		device(s, "wlan0")
		assert error(device, s, "wlan0") == "EPERM"
		assert error(s.setsockopt, socket.SOL_SOCKET, SO_BINDTOIFINDEX, index("wlan0")) == "EPERM"
	END
}

@test "fact 6: a socket with a device does not reach loopback: its packets leave" {
	python <<-'END'
		for loopback, family in ("127.0.0.1", V4), ("::1", V6):
		    receiver = socket.socket(family, UDP)
		    receiver.bind((loopback, 0))
		    s = socket.socket(family, UDP)
		    device(s, "wlan0")
		    s.sendto(b"x", receiver.getsockname()[:2])
		    assert error(receiver.recv, 10, socket.MSG_DONTWAIT) == "EAGAIN"
	END
	run witness_since_mark
	assert_line --regexp '^wlan0 udp .* 127\.0\.0\.1 '
	assert_line --regexp '^wlan0 udp .* ::1 '
}

@test "fact 6: connect(AF_UNSPEC) on a UDP socket drops its device, and the next datagram leaks" {
	python <<-'END'
		s = born(WLAN4, UDP)
		device(s, "wlan0")
		s.connect((REMOTE4, DISCARD))
		assert unspec(s) is None
		assert s.getsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, 16) == b""
		assert s.getsockname()[0] == WLAN4
		s.sendto(b"x", (REMOTE4, DISCARD))
	END
	assert_only 198.51.100.2 eth0
}

@test "fact 6: a socket keeps its unicast-if over connect(AF_UNSPEC)" {
	python <<-'END'
		s = born(WLAN4, UDP)
		unicast_if(s, "wlan0")
		s.connect((REMOTE4, DISCARD))
		assert unspec(s) is None
		s.sendto(b"x", (REMOTE4, DISCARD))
		s = socket.socket(V6, UDP)
		unicast_if(s, "wlan0")
		s.connect((REMOTE6, DISCARD))
		assert unspec(s) is None
		s.sendto(b"x", (REMOTE6, DISCARD))
	END
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "fact 7: anyone sets and clears unicast-if, and UDP obeys it in sendto" {
	python <<-'END'
		for family, remote in (V4, REMOTE4), (V6, REMOTE6):
		    s = socket.socket(family, UDP)
		    unicast_if(s, "eth0")
		    unicast_if(s, None)
		    unicast_if(s, "wlan0")
		    s.sendto(b"x", (remote, DISCARD))
	END
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "fact 7: connected UDP obeys unicast-if as well" {
	need_unicast_if_at_connect
	python <<-'END'
		for family, remote in (V4, REMOTE4), (V6, REMOTE6):
		    s = socket.socket(family, UDP)
		    unicast_if(s, "wlan0")
		    s.connect((remote, DISCARD))
		    s.send(b"x")
	END
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "fact 7: TCP ignores unicast-if" {
	python <<-'END'
		for family, remote in (V4, REMOTE4), (V6, REMOTE6):
		    s = socket.socket(family, TCP)
		    s.settimeout(5)
		    unicast_if(s, "wlan0")
		    peer_of(s, (remote, WHO))
	END
	assert_all_by eth0 203.0.113.2 2001:db8:1::2
}

@test "fact 7: a dual-stack UDP socket obeys IPv4's unicast-if for v4-mapped peers and IPv6's for v6 peers" {
	need_unicast_if_at_connect
	python <<-'END'
		s = socket.socket(V6, UDP)
		unicast_if(s, "wlan0", V4)
		unicast_if(s, "wlan0", V6)
		for remote in MAPPED, REMOTE6:
		    s.sendto(b"x", (remote, DISCARD))
		s.connect((MAPPED, DISCARD))
		s.send(b"x")
	END
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "fact 7: over IPv6, a socket with a bound source ignores unicast-if and takes the preferred uplink" {
	python <<-'END'
		s = born(WLAN6, UDP)
		unicast_if(s, "wlan0")
		s.sendto(b"x", (REMOTE6, DISCARD))
		s.connect((REMOTE6, DISCARD))
		s.send(b"x")
		s = born(WLAN6, UDP)
		s.sendmsg([b"x"], [pktinfo(V6, "wlan0")], 0, (REMOTE6, DISCARD))
		s.sendmsg([b"x"], [pktinfo(V6, "wlan0", WLAN6)], 0, (REMOTE6, DISCARD))
	END
	assert_only 2001:db8:2::2 eth0
}

@test "fact 7: over IPv4, a socket with a bound source obeys unicast-if, too" {
	need_unicast_if_at_connect
	python <<-'END'
		s = born(WLAN4, UDP)
		unicast_if(s, "wlan0")
		s.sendto(b"x", (REMOTE4, DISCARD))
		s.connect((REMOTE4, DISCARD))
		s.send(b"x")
	END
	assert_only 198.51.100.2 wlan0
}

@test "fact 7: both families obey SO_BINDTODEVICE always, with a bound source or without" {
	python <<-'END'
		for address, remote in (WLAN4, REMOTE4), (WLAN6, REMOTE6):
		    for s in born(address, UDP), socket.socket(V6 if ":" in address else V4, UDP):
		        device(s, "wlan0")
		        s.sendto(b"x", (remote, DISCARD))
		        s.connect((remote, DISCARD))
		        s.send(b"x")
	END
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "fact 7: unicast-if cannot be set on a socket that has a device, not even to that device" {
	python <<-'END'
		for family in V4, V6:
		    s = socket.socket(family, UDP)
		    device(s, "wlan0")
		    assert error(unicast_if, s, "wlan0") == "EINVAL"
		    assert error(unicast_if, s, "eth0") == "EINVAL"
		    unicast_if(s, None)
	END
}

@test "fact 7: a control message that names lo overrides unicast-if for one packet to this host" {
	python <<-'END'
		receiver = socket.socket(V4, UDP)
		receiver.bind(("203.0.113.2", 0))
		receiver.settimeout(5)
		s = born(WLAN4, UDP)
		unicast_if(s, "wlan0")
		s.sendmsg([b"x"], [pktinfo(V4, "lo", WLAN4)], 0, receiver.getsockname())
		assert receiver.recvfrom(10)[1][0] == WLAN4
		s.sendmsg([b"x"], [pktinfo(V4, "lo")], 0, receiver.getsockname())
		assert receiver.recvfrom(10)[1][0] == "203.0.113.2"
	END
	refute_packets
}

@test "fact 7: raw sockets obey unicast-if" {
	WHO=root python <<-'END'
		s = socket.socket(V4, RAW, 1)
		unicast_if(s, "wlan0")
		s.sendto(b"\x08\0\xf7\xff\0\0\0\0", (REMOTE4, 0))
		s = socket.socket(V6, RAW, 58)
		unicast_if(s, "wlan0")
		s.sendto(b"\x80\0\0\0\0\0\0\0", (REMOTE6, 0))
	END
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "fact 7: broadcasts obey unicast-if" {
	python <<-'END'
		for name in "wlan0", "eth0":
		    s = socket.socket(V4, UDP)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
		    unicast_if(s, name)
		    s.sendto(name.encode(), ("255.255.255.255", DISCARD))
	END
	run witness_since_mark
	assert_equal "${#lines[@]}" 2
	assert_line --regexp '^wlan0 udp 198\.51\.100\.2 '
	assert_line --regexp '^eth0 udp 203\.0\.113\.2 '
}

@test "fact 7: multicast ignores unicast-if, and obeys multicast-if" {
	python <<-'END'
		for family, group in (V4, "239.1.2.3"), (V6, "ff05::99"):
		    s = socket.socket(family, UDP)
		    unicast_if(s, "wlan0")
		    s.sendto(b"x", (group, DISCARD))
	END
	run witness_since_mark
	assert_line --regexp '^eth0 udp .* 239\.1\.2\.3 '
	witness_mark
	python <<-'END'
		for family, group in (V4, "239.1.2.3"), (V6, "ff05::99"):
		    s = socket.socket(family, UDP)
		    multicast_if(s, "wlan0")
		    s.sendto(b"x", (group, DISCARD))
	END
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "fact 8: the source address does not choose the uplink" {
	python <<-'END'
		for address, remote in (WLAN4, REMOTE4), (WLAN6, REMOTE6):
		    peer_of(born(address), (remote, WHO))
		    born(address, UDP).sendto(b"x", (remote, DISCARD))
	END
	assert_all_by eth0 198.51.100.2 2001:db8:2::2
}

@test "fact 8: the bound device chooses the uplink" {
	python <<-'END'
		for address, remote in (WLAN4, REMOTE4), (WLAN6, REMOTE6):
		    for kind in TCP, UDP:
		        s = born(address, kind)
		        device(s, "wlan0")
		        assert peer_of(s, (remote, WHO)) == address
	END
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "fact 8: a listener with a device answers by that device, one without by the preferred uplink" {
	listen_and_answer wlan0
	assert_only 198.51.100.2 wlan0
	witness_mark
	listen_and_answer ""
	assert_only 198.51.100.2 eth0
}

# listen_and_answer DEVICE: the server connects to a listener on wlan0's address, which is bound to DEVICE, if any.
listen_and_answer() {
	rm -f "$BINDTO_TESTS_DIR/port"
	start client env PYTHONPATH="$PYTHONPATH" python3 -c "$(printf '%s\n' 'from sockets import *' \
		's = socket.create_server((WLAN4, 0)); device(s, "'"$1"'") if "'"$1"'" else None' \
		'open("'"$BINDTO_TESTS_DIR"'/port.new", "w").write(str(s.getsockname()[1]))' \
		'os.rename("'"$BINDTO_TESTS_DIR"'/port.new", "'"$BINDTO_TESTS_DIR"'/port")' \
		'c = s.accept()[0]; c.sendall(b"hello"); c.close()')"
	wait_until test -e "$BINDTO_TESTS_DIR/port"
	[ "$(in_server socat -u "TCP:198.51.100.2:$(cat "$BINDTO_TESTS_DIR/port")" -)" = hello ]
	wait_until gone "$started"
}

@test "fact 8: the last acknowledgement of IPv6, which TIME_WAIT sends, takes the preferred uplink" {
	close_first WLAN6 REMOTE6
	run witness_since_mark
	assert_line --regexp '^eth0 ack 2001:db8:2::2 [0-9]+ 2001:db8:9::1 7010$'
	refute_line --regexp '^eth0 tcp '
}

@test "fact 8: the last acknowledgement of IPv4 keeps to the device" {
	close_first WLAN4 REMOTE4
	assert_only 198.51.100.2 wlan0
}

@test "fact 8: a reset that no socket sends takes the preferred uplink" {
	witness_mark
	refuses 198.51.100.2 7999
	run witness_since_mark
	assert_line --regexp '^eth0 [a-z]+ 198\.51\.100\.2 7999 '
}

# close_first SOURCE PEER: a client that is bound to wlan0 closes its connection first. The server closes when the
# client is in FIN-WAIT-2, so that the client answers from TIME-WAIT.
close_first() {
	local gate=$NETWORK_DIR/gate
	[ -p "$gate" ] || mkfifo "$gate"
	start server python3 -c "from sockets import *
l = socket.create_server(('::', 7010), family=V6, dualstack_ipv6=True)
c = l.accept()[0]
c.recv(1)
open('$gate').read()"
	wait_until answers_at_7010
	python <<-END
		s = born($1)
		device(s, "wlan0")
		s.connect(($2, 7010))
	END
	wait_until client_is_in FIN-WAIT-2
	echo >"$gate"
	wait_until client_is_in TIME-WAIT
	wait_until gone "$started"
}

answers_at_7010() {
	[ -n "$(in_ns server ss -Hltn 'sport = :7010')" ]
}

client_is_in() {
	[ -n "$(in_ns client ss -Htn state "${1,,}" 'dport = :7010')" ]
}

@test "fact 8: routing rules for a source address match a socket that is bound to it" {
	ip -n client rule add from 203.0.113.3 table 77
	ip -n client route add default via 198.51.100.1 dev wlan0 table 77
	python <<-'END'
		assert peer_of(born(SECOND4), (REMOTE4, WHO)) == SECOND4
	END
	ip -n client rule del from 203.0.113.3 table 77
	assert_only 203.0.113.3 wlan0
}
