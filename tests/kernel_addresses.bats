#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Kernel facts, each proved without bindto by an unprivileged user's sockets (preload/pin/FACTS.md numbers them):
# which addresses a socket may bind, connect to and name, and the errors if it may not (facts 29 to 33).

load lib/network.bash
load lib/assertions.bash
on_network

# link_local DEVICE: prints the client's link-local address on DEVICE.
link_local() {
	ip -n client -brief -6 addr show dev "$1" scope link | awk '{ sub("/.*", "", $3); print $3 }'
}

@test "fact 29: a link-local address is this host's own on its own link alone" {
	OWN=$(link_local wlan0) python <<-'END'
		own = os.environ["OWN"]
		server = socket.socket(V6, UDP)
		server.bind((own, 7777, 0, index("wlan0")))
		server.settimeout(1)
		client = socket.socket(V6, UDP)
		client.sendto(b"?", (own, 7777, 0, index("wlan0")))
		assert server.recv(9) == b"?"
		client.sendto(b"?", (own, 7777, 0, index("eth0")))
		assert error(server.recv, 9) == "timeout"
		to = (own, 7777, 0, index("wlan0"))
		assert error(client.sendmsg, [b"?"], [pktinfo(V6, "lo")], 0, to) == "EINVAL"
	END
}

@test "fact 30: a bind tells of a port before the address over IPv6, after it over IPv4" {
	python <<-'END'
		for nowhere, wildcard, expected in ("2001:db8:77::7", "::", "EINVAL"), ("10.9.8.7", "0.0.0.0", "EADDRNOTAVAIL"):
		    for kind in TCP, UDP:
		        s = socket.socket(V6 if ":" in nowhere else V4, kind)
		        assert error(s.bind, (nowhere, 0)) == "EADDRNOTAVAIL"
		        s.bind((wildcard, 0))
		        assert error(s.bind, (nowhere, 0)) == expected, kind
		s = socket.socket(V6, TCP)
		assert error(s.bind, ("ff02::114", 0, 0, index("wlan0"))) == "EINVAL"
		s.listen()
		assert error(s.connect, (REMOTE6, WHO)) == "EISCONN"
		assert error(s.connect, ("ff02::114", WHO, 0, index("wlan0"))) == "EISCONN"
	END
}

@test "fact 31: from a v4-mapped source an IPv6 peer gives EAFNOSUPPORT" {
	python <<-'END'
		for source in "::ffff:127.0.0.1", "::ffff:203.0.113.3":
		    s = socket.socket(V6, UDP)
		    s.bind((source, 0))
		    for peer in REMOTE6, "::1", SECOND6:
		        assert error(s.sendto, b"?", (peer, DISCARD)) == "EAFNOSUPPORT"
		        assert error(s.connect, (peer, DISCARD)) == "EAFNOSUPPORT"
	END
}

@test "fact 32: the option IPV6_2292RTHDR sets no route" {
	python <<-'END'
		s = socket.socket(V6, UDP)
		s.setsockopt(socket.IPPROTO_IPV6, 5, 1)
		assert s.getsockopt(socket.IPPROTO_IPV6, 57, 99) == b""
	END
}

@test "fact 33: a ping socket of IPv6 takes no v4-mapped address" {
	in_ns client sh -c 'echo "0 65534" >/proc/sys/net/ipv4/ping_group_range' 2>/dev/null ||
		in_ns client sh -c 'echo "0 0" >/proc/sys/net/ipv4/ping_group_range'
	python <<-'END'
		s = socket.socket(V6, UDP, socket.IPPROTO_ICMPV6)
		s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
		for address in "::ffff:127.0.0.1", "::ffff:203.0.113.3":
		    assert error(s.bind, (address, 0)) == "EINVAL"
	END
}
