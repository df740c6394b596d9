#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The kernel facts that bindto is built on (their numbers are those of preload/pin/FACTS.md), proved
# without bindto: what a socket keeps of an address or a peer, and which ways lead past its address.
# shellcheck disable=SC2154 # started is network.bash's

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	witness_mark
}

@test "fact 10: a library that refuses every socket(2) does not keep libc from asking for names" {
	need gcc getent
	[ "$(getconf GNU_LIBC_VERSION | cut -d. -f2)" -ge 34 ] || skip "this glibc is older than 2.34"
	local library=$BINDTO_TESTS_DIR/tmp/refuse.so
	gcc -shared -fPIC -x c -o "$library" - <<-'END'
		#include <errno.h>
		int socket(int domain, int type, int protocol)
		{
			(void)domain, (void)type, (void)protocol;
			errno = EACCES;
			return -1;
		}
	END
	chmod a+rx "$library"
	printf '%s\n' 'nameserver 192.0.2.1' 'options timeout:1 attempts:1' >"$BINDTO_TESTS_DIR/resolv.conf"
	client env "LD_PRELOAD=$library" getent hosts some.name.test || :
	: >"$BINDTO_TESTS_DIR/resolv.conf"
	run witness_since_mark
	assert_line --regexp ' udp .* 192\.0\.2\.1 53$'
	run client env "LD_PRELOAD=$library" python3 -c 'import socket; socket.socket()'
	assert_output --partial 'Permission denied'
}

@test "fact 17: MPTCP opens a subflow from an address that the socket is not bound to" {
	[ -e /proc/sys/net/mptcp/enabled ] || skip "this kernel has no MPTCP"
	in_client ip mptcp endpoint add 198.51.100.2 dev wlan0 subflow || lacks "ip mptcp is not here"
	start server python3 -c "from sockets import *
l = socket.socket(V4, TCP, 262)
l.bind(('', 7011))
l.listen()
c = l.accept()[0]
c.send(b'x')
c.recv(1)"
	wait_until listens_at_7011
	local server=$started
	start client python3 -c "from sockets import *
s = socket.socket(V4, TCP, 262)
bind_without_port(s, SECOND4)
s.connect((REMOTE4, 7011))
s.recv(1)
s.recv(1)"
	wait_until a_subflow_has_left
	stop "$started"
	stop "$server"
	in_client ip mptcp endpoint flush
}

listens_at_7011() {
	[ -n "$(in_ns server ss -Hltn 'sport = :7011')" ]
}

a_subflow_has_left() {
	grep -qE ' tcp 198\.51\.100\.2 .* 7011$' <<<"$(witness_since_mark)"
}

@test "fact 19: a routing header of type 4 sends a packet to its first hop, from whichever source" {
	python <<-'END'
		header = struct.pack("!BBBBBBH", 0, 4, 4, 1, 1, 0, 0) + bytes(16) + socket.inet_pton(V6, "2001:db8:1::1")
		for source in "::1", SECOND6:
		    s = socket.socket(V6, UDP)
		    s.bind((source, 0))
		    s.setsockopt(socket.IPPROTO_IPV6, 57, header)
		    s.sendto(b"x", (REMOTE6, DISCARD))
	END
	run witness_since_mark
	assert_line 'eth0 43 ::1 - 2001:db8:1::1 -'
	assert_line 'eth0 43 2001:db8:1::3 - 2001:db8:1::1 -'
}

@test "fact 20: a scope id chooses the uplink against the device and the unicast interface" {
	python <<-'END'
		for hold in device, unicast_if:
		    s = socket.socket(V6, UDP)
		    hold(s, "wlan0")
		    s.sendto(b"x", ("ff02::114", DISCARD, 0, index("eth0")))
	END
	run witness_since_mark
	refute_line --partial wlan0
	[ "$(grep -cE '^eth0 udp fe80:.* ff02::114 9$' <<<"$output")" = 2 ]
}

@test "fact 20: a scope id becomes the device of a socket, even if the bind then fails" {
	python <<-'END'
		s = socket.socket(V6, UDP)
		assert error(s.bind, ("fe80::77", 0, 0, index("eth0"))) == "EADDRNOTAVAIL"
		assert s.getsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, 16) == b"eth0\0"
	END
}

@test "fact 20: a socket on a group has no source over IPv4, and over IPv6 the one that it had" {
	python <<-'END'
		for address, group, remote in (SECOND4, "239.1.2.3", REMOTE4), (SECOND6, "ff05::114", REMOTE6):
		    s = born(address, UDP)
		    s.bind((group, 0))
		    s.sendto(b"x", (remote, DISCARD))
	END
	assert_all_from 203.0.113.2 2001:db8:1::3
}

@test "fact 25: a source that the kernel chose at connect stays if the socket was bound before" {
	python <<-'END'
		for is_bound in False, True:
		    s = socket.socket(V4, UDP)
		    if is_bound:
		        bind_without_port(s, "127.0.0.1")
		        s.bind(("0.0.0.0", 0))
		    s.connect((REMOTE4, DISCARD))
		    assert unspec(s) is None
		    assert s.getsockname()[0] == ("203.0.113.2" if is_bound else "0.0.0.0")
	END
}

@test "fact 26: an IPv6 stream that has had a v4-mapped peer goes on sending to that one" {
	python <<-'END'
		s = socket.socket(V6, TCP)
		s.connect((MAPPED, WHO))
		assert unspec(s) is None
		s.settimeout(0.5)
		assert error(s.connect, (REMOTE6, WHO)) == "timeout"
	END
	run witness_since_mark
	refute_line --partial 2001:db8:9::1
	[ "$(awk '$2 == "tcp" && $5 == "192.0.2.1" { print $4 }' <<<"$output" | sort -u | wc -l)" = 2 ]
}

@test "fact 27: getpeername tells no peer without a port, and IP_MTU tells whether there is one" {
	WHO=root python <<-'END'
		for family, remote, level, mtu in (V4, REMOTE4, socket.IPPROTO_IP, 14), (V6, REMOTE6, socket.IPPROTO_IPV6, 24):
		    s = socket.socket(family, RAW, 253)
		    assert error(s.getsockopt, level, mtu) == "ENOTCONN"
		    s.connect((remote, 0))
		    assert error(s.getpeername) == "ENOTCONN"
		    assert s.getsockopt(level, mtu) >= 1280
	END
}

@test "fact 28: after a disconnect or a failed connect a stream shows a port that it does not have" {
	python <<-'END'
		for port, failure in (WHO, None), (7999, "ECONNREFUSED"):
		    s = born(SECOND4)
		    assert error(s.connect, (REMOTE4, port)) == failure
		    unspec(s)
		    shown = s.getsockname()[1]
		    assert shown != 0
		    s.bind((SECOND4, 0)) # EINVAL if it had one
		    assert s.getsockname()[1] != shown
	END
}

@test "fact 35: from a socket with a device or a unicast interface a datagram to 127.0.0.1 leaves" {
	python <<-'END'
		for hold in device, unicast_if:
		    s = born(WLAN4, UDP)
		    hold(s, "wlan0")
		    s.sendto(b"x", ("127.0.0.1", DISCARD))
	END
	run witness_since_mark
	[ "$(grep -cE '^wlan0 udp 198\.51\.100\.2 [0-9]+ 127\.0\.0\.1 9$' <<<"$output")" = 2 ]
}

@test "fact 40: a stream that stops to listen gives up a port that the kernel chose, and keeps one that it was told" {
	python <<-'END'
		for address, family in ("0.0.0.0", V4), ("203.0.113.2", V4), ("::", V6), ("2001:db8:1::2", V6):
		    for port in 0, 7100:
		        s = socket.socket(family)
		        s.bind((address, port))
		        assert error(s.bind, (address, 0)) == "EINVAL"
		        s.listen(0)
		        assert unspec(s) is None
		        assert error(s.bind, (address, 0)) == ("EINVAL" if port else None)
		        s.close()
	END
}

# The last one: the addresses are gone afterwards, and the witness hears nothing any more.
@test "fact 24: from the wildcard of an interface without addresses the kernel takes another's" {
	ip -n client addr flush dev wlan0
	ip -n client -6 addr flush dev wlan0 scope global
	python <<-'END'
		for family, remote, taken in (V4, REMOTE4, "203.0.113."), (V6, REMOTE6, "2001:db8:1::"):
		    s = socket.socket(family, UDP)
		    device(s, "wlan0")
		    s.connect((remote, DISCARD))
		    assert s.getsockname()[0].startswith(taken), s.getsockname()
	END
}
