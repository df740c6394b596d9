#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Kernel facts, each proved without bindto by an unprivileged user's sockets (preload/pin/FACTS.md numbers them):
# how groups, broadcasts, control messages and routing headers treat a bound source. kernel.bats has what a bound
# address does, kernel_uplinks.bats what chooses the uplink.

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	witness_mark
}

@test "fact 9: a socket pinned to 127.0.0.1 fails if multicast-if, unicast-if or a device names an uplink" {
	python <<-'END'
		def loopback_socket(change):
		    s = born("127.0.0.1", UDP)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
		    change(s, "eth0")
		    return s
		assert error(loopback_socket(multicast_if).sendto, b"x", ("239.1.2.3", DISCARD)) == "EINVAL"
		for where in "255.255.255.255", "203.0.113.255", REMOTE4:
		    assert error(loopback_socket(unicast_if).sendto, b"x", (where, DISCARD)) == "EINVAL"
		for where in "255.255.255.255", "203.0.113.255", REMOTE4, "239.1.2.3":
		    assert error(loopback_socket(device).sendto, b"x", (where, DISCARD)) == "EINVAL"
	END
	refute_packets
}

@test "fact 9: joining a group on an uplink does not let a socket pinned to 127.0.0.1 send there" {
	python <<-'END'
		s = born("127.0.0.1", UDP)
		s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
		             struct.pack("=4s4si", socket.inet_aton("239.1.2.3"), b"", index("eth0")))
		s.sendto(b"x", ("239.1.2.3", DISCARD))
	END
	refute_packets
}

@test "fact 14: a control message that names an uplink lets a socket pinned to 127.0.0.1 out" {
	python <<-'END'
		born("127.0.0.1", UDP).sendmsg([b"x"], [pktinfo(V4, "eth0")], 0, (REMOTE4, DISCARD))
		born("127.0.0.1", UDP).sendmsg([b"x"], [pktinfo(V4, "eth0")], 0, ("239.1.2.3", DISCARD))
	END
	run witness_since_mark
	assert_line --regexp '^eth0 udp 203\.0\.113\.2 [0-9]+ 192\.0\.2\.1 '
	assert_line --regexp '^eth0 udp 203\.0\.113\.2 [0-9]+ 239\.1\.2\.3 '
}

@test "fact 14: over IPv4, a control message overrides a bound address and a bound device" {
	python <<-'END'
		s = born(WLAN4, UDP)
		device(s, "wlan0")
		s.sendmsg([b"x"], [pktinfo(V4, "eth0", SECOND4)], 0, (REMOTE4, DISCARD))
	END
	assert_only 203.0.113.3 eth0
}

@test "fact 14: a control message that names neither source nor device makes the kernel choose the source again" {
	python <<-'END'
		born(SECOND4, UDP).sendmsg([b"x"], [pktinfo(V4)], 0, (REMOTE4, DISCARD))
	END
	assert_only 203.0.113.2 eth0
}

@test "fact 14: a message whose control data names the pin leaves from the pin" {
	python <<-'END'
		s = born(SECOND4, UDP)
		s.sendmsg([b"x"], [pktinfo(V4, "eth0", SECOND4)], 0, (REMOTE4, DISCARD))
		s.sendmsg([b"x"], [pktinfo(V4, None, SECOND4)], 0, (REMOTE4, DISCARD))
	END
	assert_only 203.0.113.3 eth0
}

@test "fact 14: over IPv6, a control message may name another source, but no other interface than the bound one" {
	python <<-'END'
		s = born(SECOND6, UDP)
		device(s, "eth0")
		assert error(s.sendmsg, [b"x"], [pktinfo(V6, "wlan0")], 0, (REMOTE6, DISCARD)) == "EINVAL"
		s.sendmsg([b"x"], [pktinfo(V6, None, "2001:db8:1::2")], 0, (REMOTE6, DISCARD))
	END
	assert_only 2001:db8:1::2 eth0
}

@test "fact 34: a routing header by way of a group of this host keeps all packets of a socket on this host" {
	WHO=root python <<-'END'
		header = struct.pack("!BBBBBBH", 0, 4, 4, 1, 1, 0, 0) + bytes(16) + socket.inet_pton(V6, "ff11::b1d")
		peers = (REMOTE6, 0), ("2001:db8:1::1", 0), ("::1", 0), ("fe80::99", index("eth0")), ("ff02::99", index("eth0"))
		for kind, proto in (UDP, 0), (RAW, 253):
		    for name in None, "eth0", "wlan0":
		        s = socket.socket(V6, kind, proto)
		        s.setsockopt(socket.IPPROTO_IPV6, 57, header)
		        if name:
		            device(s, name)
		        port = DISCARD if kind == UDP else 0
		        for peer, scope in peers:
		            s.sendto(b"x", (peer, port, 0, scope))
		        s.sendmsg([b"x"], [pktinfo(V6, name or "eth0")], 0, (REMOTE6, port))
		        s.connect((REMOTE6, port))
		        s.send(b"x")
	END
	refute_packets
}

@test "fact 34: without the routing header packets leave again, and ping sockets and mapped peers never obey it" {
	in_client sh -c 'echo "0 0" >/proc/sys/net/ipv4/ping_group_range'
	WHO=root python <<-'END'
		header = struct.pack("!BBBBBBH", 0, 4, 4, 1, 1, 0, 0) + bytes(16) + socket.inet_pton(V6, "ff11::b1d")
		s = socket.socket(V6, UDP)
		s.setsockopt(socket.IPPROTO_IPV6, 57, header)
		s.sendto(b"x", (MAPPED, 7901))
		s.setsockopt(socket.IPPROTO_IPV6, 57, b"")
		s.sendto(b"x", (REMOTE6, 7902))
		s = socket.socket(V6, UDP, 58)
		s.setsockopt(socket.IPPROTO_IPV6, 57, header)
		s.sendto(b"\x80\0\0\0\0\0\0\0", (REMOTE6, 0))
	END
	run witness_since_mark
	assert_line --regexp '^eth0 udp 203\.0\.113\.2 [0-9]+ 192\.0\.2\.1 7901$'
	assert_line --regexp '^eth0 udp 2001:db8:1::2 [0-9]+ 2001:db8:9::1 7902$'
	assert_line --regexp '^eth0 icmp6 2001:db8:1::2 - 2001:db8:9::1 -$'
}
