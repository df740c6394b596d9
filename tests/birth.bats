#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bindto sets options of a socket at its birth, and the program does not notice: a script prints the same with
# each engine as without bindto. If the kernel undoes one of these options, bindto sets it again.

load lib/network.bash
load lib/assertions.bash
on_network

BOTH=(-a 203.0.113.3 -a 2001:db8:1::3)

# says_the_same: $SCRIPT prints the same under each engine and pin as without bindto.
says_the_same() {
	local plain
	run client python3 "$SCRIPT"
	assert_success
	plain=$output
	for engine in '' -s; do
		for pin in "${BOTH[*]}" "-i eth0 ${BOTH[*]}"; do
			# shellcheck disable=SC2086 # options
			run client "$BINDTO" $engine $pin python3 "$SCRIPT"
			assert_output "$plain"
		done
	done
}

@test "a program reads the IPV6_V6ONLY that it would read without bindto, before and after it sets it" {
	script <<-'END'
		def only(s): return s.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
		def choose(s, on): s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, on)
		for kind in TCP, UDP:
		    s = socket.socket(V6, kind)
		    print("born", only(s), s.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 2))
		    print("bad", error(s.setsockopt, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, b""), only(s))
		    s.connect((REMOTE6, WHO))
		    print("connected", only(s))
		    s = socket.socket(V6, kind)
		    print("refused", error(s.connect, ("::1", 1)), only(s))
		    s = socket.socket(V6, kind)
		    choose(s, 1)
		    print("chosen", only(s), error(s.connect, (MAPPED, WHO)), only(s))
		    s = socket.socket(V6, kind)
		    choose(s, 1)
		    choose(s, 0)
		    print("again", only(s), error(s.connect, (MAPPED, WHO)))
		    s = socket.socket(V6, kind)
		    s.bind((SECOND6, 0))
		    print("bound", only(s))
		    s = socket.socket(V6, kind)
		    s.bind(("::1", 0))
		    print("loopback", only(s))
	END
	as_each says_the_same
	in_client sh -c 'echo 1 >/proc/sys/net/ipv6/bindv6only'
	as_each says_the_same
	in_client sh -c 'echo 0 >/proc/sys/net/ipv6/bindv6only'
}

@test "a bind takes a port at once, and a second bind fails, as without bindto" {
	script <<-'END'
		for family, address in (V4, SECOND4), (V6, SECOND6), (V4, "127.0.0.1"), (V6, "::1"), (V4, ""), (V6, ""):
		    for kind in TCP, UDP:
		        s = socket.socket(family, kind)
		        s.bind((address, 0))
		        print(s.getsockname()[1] != 0, error(s.bind, (address, 0)))
		for family in V4, V6:
		    s = socket.socket(family)
		    s.listen()
		    print(s.getsockname()[1] != 0, error(s.bind, ("", 0)))
		s, taken = socket.socket(), socket.create_server(("127.0.0.1", 0))
		print(error(s.bind, taken.getsockname()), error(s.bind, (SECOND4, 0)), s.getsockname()[1] != 0)
		s = socket.socket()
		s.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
		print(error(s.bind, taken.getsockname()), error(s.bind, (SECOND4, 0)), s.getsockname()[1] != 0)
	END
	as_each says_the_same
}

@test "a program's own IP_BIND_ADDRESS_NO_PORT works as without bindto, and its sockets are pinned" {
	script <<-'END'
		def portless(s, on, size=4):
		    s.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, on.to_bytes(size, "little"))
		for family, address, remote in (V4, SECOND4, REMOTE4), (V6, SECOND6, REMOTE6):
		    for kind in TCP, UDP:
		        for size in 4, 1:
		            s = socket.socket(family, kind)
		            portless(s, 1, size)
		            s.bind((address, 0))
		            print("bound", s.getsockname()[:2], error(s.bind, (address, 0)))
		        s.settimeout(5)
		        s.connect((remote, WHO))
		        print("connected", s.getsockname()[0], s.getsockname()[1] != 0)
		        s = socket.socket(family, kind)
		        portless(s, 1)
		        portless(s, 0)
		        s.bind((address, 0))
		        print("switched off", s.getsockname()[1] != 0)
		        s = socket.socket(family, kind)
		        portless(s, 0)
		        s.bind((address, 0))
		        print("off", s.getsockname()[1] != 0)
		print(error(s.setsockopt, socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, b""))
	END
	as_each says_the_same
	for engine in '' -s; do
		# shellcheck disable=SC2086 # options
		run python "$BINDTO" $engine "${BOTH[@]}" <<-'END'
			for family, remote in (V4, REMOTE4), (V6, REMOTE6), (V6, MAPPED):
			    s = socket.socket(family)
			    s.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
			    s.settimeout(5)
			    print(peer_of(s, (remote, WHO)))
			for family, remote in (V4, REMOTE4), (V6, REMOTE6):
			    s = socket.socket(family, UDP)
			    s.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
			    s.settimeout(5)
			    print(peer_of(s, (remote, WHO)))
		END
		assert_output "$(printf '%s\n' 203.0.113.3 2001:db8:1::3 203.0.113.3 203.0.113.3 2001:db8:1::3)"
	done
}

@test "a new IPv6 stream reaches remote, mapped and loopback peers, each from the right address" {
	for engine in '' -s; do
		# shellcheck disable=SC2086 # options
		run python "$BINDTO" $engine "${BOTH[@]}" <<-'END'
			for remote in REMOTE6, MAPPED:
			    s = socket.socket(V6)
			    s.settimeout(5)
			    print(peer_of(s, (remote, WHO)))
			for family, address in (V6, "::1"), (V4, "127.0.0.1"):
			    here = socket.create_server((address, 0), family=family)
			    s = socket.socket(V6)
			    s.connect((address if family == V6 else "::ffff:127.0.0.1", here.getsockname()[1]))
			    print(here.accept()[1][0])
			s = socket.socket(V6)
			print(error(s.connect, ("::1", 1)), error(s.connect, ("::ffff:127.0.0.1", 1)))
			s.settimeout(5)
			print(peer_of(s, (MAPPED, WHO)))
			s = socket.socket(V6)
			s.sendto(b"", MSG_FASTOPEN, (MAPPED, WHO))
			print(peer_of(s))
		END
		assert_output "$(printf '%s\n' 2001:db8:1::3 203.0.113.3 ::1 127.0.0.1 \
			"ECONNREFUSED ECONNREFUSED" 203.0.113.3 203.0.113.3)"
	done
}

@test "a socket whose bind fails stays pinned, although the kernel drops its address" {
	script <<-'END'
		for family, remote in (V4, REMOTE4), (V6, REMOTE6):
		    for kind in UDP, TCP:
		        taken, s = socket.socket(family, kind), socket.socket(family, kind)
		        taken.bind(("", 5555))
		        kind == TCP and taken.listen()
		        print(error(s.bind, ("", 5555)))
		        s.settimeout(5)
		        print(peer_of(s, (remote, WHO)))
		        taken.close()
	END
	as_each failing_bind
}

failing_bind() {
	for engine in '' -s; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $engine "${BOTH[@]}" python3 "$SCRIPT"
		assert_output "$(printf 'EADDRINUSE\n%s\n' 203.0.113.3{,} 2001:db8:1::3{,})"
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $engine -i wlan0 python3 "$SCRIPT"
		assert_output "$(printf 'EADDRINUSE\n%s\n' 198.51.100.2{,} 2001:db8:2::2{,})"
	done
}
