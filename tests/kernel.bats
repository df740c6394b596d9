#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Kernel facts, each proved without bindto by an unprivileged user's sockets (preload/pin/FACTS.md numbers them):
# what a bound address does. kernel_loopback.bats has this host as a peer, kernel_uplinks.bats devices,
# kernel_messages.bats groups and control messages, kernel_addresses.bats addresses that the kernel refuses.

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	witness_mark
}

@test "fact 1: an address bound without a port is the source of TCP, and takes its port at connect" {
	python <<-'END'
		for address, remote in (SECOND4, REMOTE4), (SECOND6, REMOTE6):
		    s = born(address)
		    assert s.getsockname()[:2] == (address, 0), s.getsockname()
		    assert peer_of(s, (remote, WHO)) == address
		    assert s.getsockname()[1] >= 1024
	END
	assert_all_from 203.0.113.3 2001:db8:1::3
}

@test "fact 1: an address bound without a port is the source of UDP" {
	python <<-'END'
		for address, remote in (SECOND4, REMOTE4), (SECOND6, REMOTE6):
		    s = born(address, UDP)
		    assert s.getsockname()[:2] == (address, 0), s.getsockname()
		    assert peer_of(s, (remote, WHO)) == address
		    assert s.getsockname()[1] >= 1024
	END
	assert_all_from 203.0.113.3 2001:db8:1::3
}

@test "fact 1: a raw socket keeps a bound address as its source; over IPv6 it does not know the option" {
	WHO=root python <<-'END'
		s = born(SECOND4, RAW, 1)
		s.sendto(b"\x08\0\xf7\xff\0\0\0\0", (REMOTE4, 0))
		s = socket.socket(V6, RAW, 58)
		assert error(bind_without_port, s, SECOND6) == "ENOPROTOOPT"
		s.bind((SECOND6, 0))
		s.sendto(b"\x80\0\0\0\0\0\0\0", (REMOTE6, 0))
	END
	assert_all_from 203.0.113.3 2001:db8:1::3
}

@test "fact 1: the kernel checks a port for each destination, so one address serves more connections than ports" {
	port_range 40000 40003
	python <<-'END'
		held = []
		def connections(port, make):
		    for _ in range(5):
		        s = make()
		        if error(s.connect, (REMOTE4, port)):
		            return
		        held.append(s)
		        yield s
		assert len(list(connections(WHO, lambda: born(SECOND4)))) == 4
		assert len(list(connections(HOLD, lambda: born(SECOND4)))) == 4
	END
}

@test "fact 1: a program that takes its port at bind can use each port of the range once only" {
	port_range 40100 40103
	python <<-'END'
		held = []
		for _ in range(4):
		    s = socket.socket()
		    s.bind((SECOND4, 0))
		    held.append(s)
		assert error(socket.socket().bind, (SECOND4, 0)) == "EADDRINUSE"
	END
}

@test "fact 1: the program can still bind the socket itself" {
	python <<-'END'
		for address, wildcard in (SECOND4, "0.0.0.0"), (SECOND6, "::"):
		    for kind in TCP, UDP:
		        s = born(address, kind)
		        s.bind((wildcard, 5555))
		        assert s.getsockname()[:2] == (wildcard, 5555), s.getsockname()
	END
}

@test "fact 1: a listener that was never bound listens on the pinned address" {
	python <<-'END'
		for address in SECOND4, SECOND6:
		    s = born(address)
		    s.listen()
		    host, port = s.getsockname()[:2]
		    assert host == address and port > 0
		    assert error(socket.create_connection, ("127.0.0.1" if ":" not in address else "::1", port)) == "ECONNREFUSED"
		    socket.create_connection((address, port)).close()
	END
}

@test "fact 1: TCP Fast Open starts from the pinned address" {
	python <<-'END'
		for address, remote in (SECOND4, REMOTE4), (SECOND6, REMOTE6):
		    s = born(address)
		    s.settimeout(None)
		    s.sendto(b"early", MSG_FASTOPEN, (remote, WHO))
		    assert peer_of(s) == address
	END
	assert_all_from 203.0.113.3 2001:db8:1::3
}

@test "fact 1: a pinned socket joins multicast groups" {
	python <<-'END'
		s = born(SECOND4, UDP)
		s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("=4s4si", socket.inet_aton("239.1.2.3"), b"", 0))
		s = born(SECOND6, UDP)
		s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, struct.pack("=16si", socket.inet_pton(V6, "ff05::99"), 0))
	END
}

@test "fact 1: while IP_BIND_ADDRESS_NO_PORT is on, a bind to port 0 takes no port and a second bind succeeds" {
	python <<-'END'
		for kind in TCP, UDP:
		    for option, port_taken, second in (1, False, None), (0, True, "EINVAL"):
		        s = socket.socket(V4, kind)
		        s.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, option)
		        s.bind((SECOND4, 0))
		        assert (s.getsockname()[1] > 0) == port_taken
		        assert error(s.bind, (SECOND4, 0)) == second
	END
}

@test "fact 2: connect, send, sendto and sendmsg carry the pinned source" {
	python <<-'END'
		for address, remote in (SECOND4, REMOTE4), (SECOND6, REMOTE6):
		    s = born(address, UDP)
		    s.sendto(b"x", (remote, DISCARD))
		    s.sendmsg([b"x"], [], 0, (remote, DISCARD))
		    s.connect((remote, DISCARD))
		    s.send(b"x")
	END
	assert_all_from 203.0.113.3 2001:db8:1::3
}

@test "fact 2: sendmmsg and io_uring carry the pinned source" {
	python <<-'END'
		for address, remote in (SECOND4, REMOTE4), (SECOND6, REMOTE6):
		    for probe in "sendmmsg", "uring":
		        s = born(address, UDP)
		        os.set_inheritable(s.fileno(), True)
		        answer = probe_run(probe, "fd:%d" % s.fileno(), remote, DISCARD)
		        assert answer[0] != "E" or answer in ("ENOSYS", "EPERM"), answer # io_uring may be off
	END
	assert_all_from 203.0.113.3 2001:db8:1::3
}

@test "fact 3: a port range confines connect, sendto and listen" {
	need_port_range
	python <<-'END'
		for address, remote in (SECOND4, REMOTE4), (SECOND6, REMOTE6):
		    for kind in TCP, UDP:
		        for _ in range(20):
		            s = born(address, kind)
		            ports(s, 41000, 41063)
		            if kind == UDP:
		                s.sendto(b"x", (remote, DISCARD))
		            else:
		                s.connect((remote, WHO))
		            assert 41000 <= s.getsockname()[1] <= 41063, s.getsockname()
		            s.close()
		    s = born(address)
		    ports(s, 41100, 41100)
		    s.listen()
		    assert s.getsockname()[1] == 41100
		    s.close()
	END
}

@test "fact 3: a range that is used up fails, TCP with EADDRNOTAVAIL, UDP with EAGAIN; nothing leaves" {
	need_port_range
	python <<-'END'
		def make(kind):
		    s = born(SECOND4, kind)
		    ports(s, 41200, 41201)
		    s.settimeout(None)
		    return s
		held = [make(kind) for kind in (TCP, UDP) for _ in range(2)]
		for s in held:
		    s.connect((REMOTE4, HOLD))
		assert error(make(TCP).connect, (REMOTE4, HOLD)) == "EADDRNOTAVAIL"
		assert error(make(UDP).connect, (REMOTE4, HOLD)) == "EAGAIN"
		assert error(make(UDP).sendto, b"x", (REMOTE4, HOLD)) == "EAGAIN"
	END
	run witness_since_mark
	assert_line --regexp '^eth0 tcp 203\.0\.113\.3 4120[01] '
	refute_line --regexp '203\.0\.113\.2 |udp|4120[^01]'
}

@test "fact 3: the kernel ignores a range outside ip_local_port_range and cuts one across it, without an error" {
	need_port_range
	port_range 40000 40015
	python <<-'END'
		for low, high, least, most in (2000, 2003, 40000, 40015), (39000, 40003, 40000, 40003), (40012, 50000, 40012, 40015):
		    for kind in TCP, UDP:
		        for _ in range(3):
		            s = born(SECOND4, kind)
		            ports(s, low, high)
		            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # no TIME_WAIT
		            s.connect((REMOTE4, DISCARD if kind == UDP else WHO))
		            assert least <= s.getsockname()[1] <= most, (low, high, s.getsockname())
		            s.close()
	END
}

@test "fact 4: a v6 socket pinned to a v6 address refuses v4-mapped peers, and nothing leaves" {
	python <<-'END'
		for v6only, expected in (1, "ENETUNREACH"), (0, "EINVAL"):
		    s = born(SECOND6, TCP, v6only=v6only)
		    assert error(s.connect, (MAPPED, WHO)) == expected
		    s = born(SECOND6, UDP, v6only=v6only)
		    assert error(s.sendto, b"x", (MAPPED, DISCARD)) == expected
		    s = born(SECOND6, UDP, v6only=v6only)
		    assert error(s.connect, (MAPPED, DISCARD)) == expected
	END
	refute_packets
}

@test "fact 1: a socket loses its bound address when a later bind fails for its port" {
	python <<-'END'
		for address, wildcard in (SECOND4, "0.0.0.0"), (SECOND6, "::"):
		    for kind in TCP, UDP:
		        s, taken = born(address, kind), socket.socket(V6 if ":" in address else V4, kind)
		        taken.bind((address, 0))
		        kind == TCP and taken.listen()
		        assert error(s.bind, taken.getsockname()) == "EADDRINUSE"
		        assert s.getsockname()[:2] == (wildcard, 0), s.getsockname()
	END
}

@test "fact 4: a bind without a port to a v6 address sets IPV6_V6ONLY, which a program can unset" {
	python <<-'END'
		s = socket.socket(V6)
		assert s.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0
		bind_without_port(s, SECOND6)
		assert s.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1
		s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
		assert s.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0
	END
}

@test "fact 4: a v6 socket bound again to a mapped address before it takes a port reaches v4-mapped peers" {
	python <<-'END'
		for kind in TCP, UDP:
		    s = born(SECOND6, kind)
		    bind_without_port(s, "::ffff:" + SECOND4)
		    assert peer_of(s, (MAPPED, WHO)) == SECOND4
		s = born(SECOND6, UDP)
		s.sendto(b"x", (REMOTE6, DISCARD))
		assert error(bind_without_port, s, "::ffff:" + SECOND4) == "EINVAL"
	END
	assert_all_from 203.0.113.3 2001:db8:1::3
}

@test "fact 4: a v6 socket pinned to a mapped address refuses v6 peers with EAFNOSUPPORT" {
	python <<-'END'
		s = born("::ffff:" + SECOND4)
		assert error(s.connect, (REMOTE6, WHO)) == "EAFNOSUPPORT"
		s = born("::ffff:" + SECOND4, UDP)
		assert error(s.sendto, b"x", (REMOTE6, DISCARD)) == "EAFNOSUPPORT"
	END
	refute_packets
}

@test "fact 15: a program whose bind failed would connect from the kernel's choice" {
	python <<-'END'
		s = socket.socket()
		assert error(bind_without_port, s, "203.0.113.77") == "EADDRNOTAVAIL"
		assert peer_of(s, (REMOTE4, WHO)) == "203.0.113.2"
	END
	assert_only 203.0.113.2 eth0
}

@test "fact 15: a program whose ports are all taken would connect from the kernel's choice" {
	python <<-'END'
		taken = socket.create_server((SECOND4, 42000))
		s = socket.socket()
		assert error(s.bind, (SECOND4, 42000)) == "EADDRINUSE"
		assert peer_of(s, (REMOTE4, WHO)) == "203.0.113.2"
	END
	assert_only 203.0.113.2 eth0
}

@test "the kernel binds a wildcard of family AF_UNSPEC as IPv4's" {
	python <<-'END'
		s = born(SECOND4)
		assert unspec(s, "bind") is None
		assert s.getsockname()[0] == "0.0.0.0", s.getsockname()
	END
}

@test "connect(AF_UNSPEC) gives back a UDP port that the kernel chose, and keeps one that the program named" {
	python <<-'END'
		s = born(SECOND4, UDP)
		s.connect((REMOTE4, DISCARD))
		assert s.getsockname()[1] > 0 and unspec(s) is None
		assert s.getsockname() == (SECOND4, 0), s.getsockname()
		bind_without_port(s, "127.0.0.1")
		s = born(SECOND4, UDP)
		s.bind((SECOND4, 5556))
		s.connect((REMOTE4, DISCARD))
		assert unspec(s) is None
		assert s.getsockname() == (SECOND4, 5556), s.getsockname()
	END
}
