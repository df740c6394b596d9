#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Kernel facts, each proved without bindto by an unprivileged user's sockets (preload/pin/FACTS.md numbers them):
# loopback as a peer, and loopback addresses as a pin.

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	witness_mark
}

@test "fact 5: a pinned socket can be bound again for a loopback peer, which then sees loopback" {
	python <<-'END'
		for pin, loopback in (SECOND4, "127.0.0.1"), (SECOND6, "::1"):
		    for anew in loopback, ("0.0.0.0" if pin == SECOND4 else "::"):
		        listener = socket.create_server((loopback, 0), family=V6 if ":" in loopback else V4)
		        s = born(pin)
		        bind_without_port(s, anew)
		        s.connect(listener.getsockname()[:2])
		        assert listener.accept()[1][0] == loopback
	END
	refute_packets
}

@test "fact 5: a socket whose connect was refused can be bound again" {
	python <<-'END'
		s = born(SECOND4)
		assert error(s.connect, (REMOTE4, DISCARD)) == "ECONNREFUSED"
		bind_without_port(s, "127.0.0.1")
		assert s.getsockname() == ("127.0.0.1", 0)
	END
}

@test "fact 5: a socket pinned to a loopback address reaches loopback" {
	python <<-'END'
		listener = socket.create_server(("127.0.0.1", 0))
		s = born("127.0.0.2")
		s.connect(listener.getsockname())
		assert listener.accept()[1][0] == "127.0.0.2"
	END
}

@test "fact 9: an IPv4 socket pinned to 127.0.0.1 gets EINVAL for every peer that is not this host" {
	python <<-'END'
		assert error(born("127.0.0.1").connect, (REMOTE4, WHO)) == "EINVAL"
		assert error(born("127.0.0.1", UDP).connect, (REMOTE4, DISCARD)) == "EINVAL"
		assert error(born("127.0.0.1", UDP).sendto, b"x", (REMOTE4, DISCARD)) == "EINVAL"
		listener = socket.create_server(("127.0.0.1", 0))
		born("127.0.0.1").connect(listener.getsockname())
	END
	refute_packets
}

@test "fact 9: an IPv6 socket pinned to ::1 does not fail: its packets leave" {
	python <<-'END'
		born("::1", UDP).sendto(b"x", (REMOTE6, DISCARD))
	END
	assert_only ::1 eth0
}

@test "fact 9: an IPv6 socket pinned to ::ffff:127.0.0.1 fails for every other host, and can be bound again" {
	python <<-'END'
		loopback = "::ffff:127.0.0.1"
		assert error(born(loopback).connect, (REMOTE6, WHO)) == "EAFNOSUPPORT"
		assert error(born(loopback).connect, (MAPPED, WHO)) == "EINVAL"
		assert error(born(loopback, UDP).sendto, b"x", (REMOTE6, DISCARD)) == "EAFNOSUPPORT"
		assert error(born(loopback, UDP).sendto, b"x", (MAPPED, DISCARD)) == "EINVAL"
		assert error(born(loopback, UDP).sendto, b"x", ("ff02::1", DISCARD, 0, index("eth0"))) == "EAFNOSUPPORT"
		listener = socket.create_server(("::1", 0), family=V6)
		s = born(loopback)
		bind_without_port(s, "::1")
		s.connect(listener.getsockname()[:2])
	END
	refute_packets
}

@test "fact 9: multicast and broadcasts of a socket pinned to 127.0.0.1 stay on this host" {
	python <<-'END'
		for pin, prefix in ("127.0.0.1", ""), ("::ffff:127.0.0.1", "::ffff:"):
		    for where in "224.0.0.251", "239.1.2.3", "255.255.255.255":
		        s = born(pin, UDP)
		        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
		        s.sendto(b"x", (prefix + where, DISCARD))
		    s = born(pin, UDP)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
		    assert error(s.sendto, b"x", (prefix + "203.0.113.255", DISCARD)) == "EINVAL"
	END
	refute_packets
}
