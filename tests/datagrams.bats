#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Datagrams, with and without bindto, as root and as an unprivileged user: UDP by every call that sends,
# dual-stack sockets, disconnects, this host's own services. groups.bats has multicast and broadcasts.

load lib/network.bash
load lib/assertions.bash
on_network serve_locally

# both_families <SCRIPT: SCRIPT is pinned with REMOTE and FAMILY set for IPv4, and then for IPv6.
both_families() {
	local text family
	text=$(cat)
	for family in 4 6; do
		assert_script_pinned "$family" <<<"REMOTE, FAMILY = REMOTE$family, V$family"$'\n'"$text"
	done
}

@test "UDP by sendto is pinned" {
	both_families <<-'END'
		s = socket.socket(FAMILY, UDP)
		s.settimeout(10)
		for _ in range(3):
		    print(peer_of(s, (REMOTE, WHO)))
	END
}

@test "UDP by sendmsg is pinned" {
	both_families <<-'END'
		s = socket.socket(FAMILY, UDP)
		s.settimeout(10)
		s.sendmsg([b"a", b"b"], [], 0, (REMOTE, WHO))
		print(s.recv(100).decode(), end="")
	END
}

@test "UDP by connect and send is pinned" {
	both_families <<-'END'
		s = socket.socket(FAMILY, UDP)
		s.settimeout(10)
		s.connect((REMOTE, WHO))
		print(peer_of(s))
		s.sendmsg([b"x"])
		print(s.recv(100).decode(), end="")
	END
}

@test "UDP by sendmmsg is pinned" {
	as_each sends_by sendmmsg '^0 2$'
}

@test "under --engine preload, UDP by io_uring leaves from the pin: the socket was bound at birth" {
	as_each sends_by uring '^0$' --engine preload
}

@test "under the default engine, io_uring fails with ENOSYS" {
	[ -z "${BINDTO_TESTS_ENGINE:-}" ] || skip "the tests run with --engine $BINDTO_TESTS_ENGINE"
	run client "$BINDTO" -i wlan0 -- "$PROBE/uring" udp 192.0.2.1 9
	assert_output ENOSYS
}

# sends_by PROBE REGEX [OPTION...]: PROBE prints REGEX, and sends from the pin if there is one.
sends_by() {
	local remote plain second wlan
	for remote in 192.0.2.1 2001:db8:9::1; do
		addresses_of "$([[ $remote == *:* ]] && echo 6 || echo 4)"
		sends_from "$plain" eth0 "$2" "$PROBE/$1" udp "$remote" 9
		sends_from "$second" eth0 "$2" "$BINDTO" "${@:3}" -a "$second" -- "$PROBE/$1" udp "$remote" 9
		sends_from "$wlan" wlan0 "$2" "$BINDTO" "${@:3}" -i wlan0 -- "$PROBE/$1" udp "$remote" 9
	done
}

# sends_from SOURCE UPLINK REGEX COMMAND...: COMMAND prints REGEX, and sends from SOURCE by UPLINK only.
sends_from() {
	witness_mark
	run client "${@:4}"
	assert_success
	assert_output --regexp "$3"
	assert_only "$1" "$2"
}

@test "python3's asyncio datagrams are pinned" {
	both_families <<-'END'
		import asyncio
		class Once(asyncio.DatagramProtocol):
		    def connection_made(self, transport):
		        transport.sendto(b"?")
		    def datagram_received(self, data, peer):
		        answer.set_result(data.decode().strip())
		async def main():
		    global answer
		    loop = asyncio.get_running_loop()
		    answer = loop.create_future()
		    transport, _ = await loop.create_datagram_endpoint(Once, remote_addr=(REMOTE, WHO))
		    print(await asyncio.wait_for(answer, 10))
		    transport.close()
		asyncio.run(main())
	END
}

@test "node's datagrams are pinned" {
	need node
	local program='const [kind, host] = process.argv.slice(1), s = require("dgram").createSocket(kind)
		s.on("message", m => { process.stdout.write(m); s.close() })
		s.send("?", 7000, host)'
	assert_pinned 4 node -e "$program" udp4 192.0.2.1
	assert_pinned 6 node -e "$program" udp6 2001:db8:9::1
}

@test "socat's and bash's datagrams are pinned" {
	need socat
	# shellcheck disable=SC2016 # the inner shell's variable
	local say='SYSTEM:echo; read -r line; echo "$line" >&2'
	assert_pinned 4 socat -t 0.05 UDP:192.0.2.1:7000 "$say"
	assert_pinned 6 socat -t 0.05 'UDP6:[2001:db8:9::1]:7000' "$say"
	assert_pinned 4 bash -c 'exec 3<>/dev/udp/192.0.2.1/7000; echo >&3; head -n 1 <&3'
	assert_pinned 6 bash -c 'exec 3<>/dev/udp/2001:db8:9::1/7000; echo >&3; head -n 1 <&3'
}

@test "a dual-stack socket reaches v4-mapped and v6 peers by sendto, each from its family's pin" {
	script <<-'END'
		s = socket.socket(V6, UDP)
		s.settimeout(10)
		for remote in REMOTE6, MAPPED, MAPPED, REMOTE6:
		    print(remote, error(s.sendto, b"?", (remote, WHO)) or s.recv(100).decode().split()[1])
	END
	as_each reaches_both
}

reaches_both() {
	run client python3 "$SCRIPT"
	assert_line "2001:db8:9::1 2001:db8:1::2"
	assert_line "::ffff:192.0.2.1 203.0.113.2"
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_success
	refute_line --regexp '203\.0|db8:1'
	run witness_since_mark
	refute_line --partial eth0
	assert_line --regexp '^wlan0 udp 2001:db8:2::2 '
	witness_mark
	run client "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- python3 "$SCRIPT"
	assert_success
	refute_line --regexp ' (203\.0\.113\.2|2001:db8:1::2)$'
	run witness_since_mark
	refute_line --partial ' 203.0.113.2 '
	refute_line --partial ' 2001:db8:1::2 '
	assert_line --partial ' 2001:db8:1::3 '
}

@test "a dual-stack socket that sends to v4-mapped peers only is pinned to the IPv4 address" {
	assert_script_pinned 4 <<-'END'
		s = socket.socket(V6, UDP)
		s.settimeout(10)
		print(peer_of(s, (MAPPED, WHO)))
		print(peer_of(s, (MAPPED, WHO)))
		s = socket.socket(V6, UDP)
		s.settimeout(10)
		s.connect((MAPPED, WHO))
		print(peer_of(s))
	END
}

@test "UDP that disconnects and connects again stays pinned" {
	both_families <<-'END'
		s = socket.socket(FAMILY, UDP)
		s.settimeout(10)
		for _ in range(3):
		    s.connect((REMOTE, WHO))
		    print(peer_of(s))
		    assert unspec(s) is None
		    print(peer_of(s, (REMOTE, WHO)))
	END
}

@test "UDP that connects to one peer after another stays pinned" {
	both_families <<-'END'
		s = socket.socket(FAMILY, UDP)
		s.settimeout(10)
		s.connect((REMOTE, DISCARD))
		s.send(b"x")
		s.connect((REMOTE, WHO))
		print(peer_of(s))
	END
}

@test "unconnected UDP reaches this host's services under every pin, from a loopback address" {
	script <<-'END'
		for remote, family in (("127.0.0.1", V4), ("::1", V6)):
		    s = socket.socket(family, UDP)
		    s.settimeout(10)
		    print(peer_of(s, (remote, WHO)))
		    s.connect((remote, WHO))
		    print(peer_of(s))
	END
	as_each datagrams_reach_loopback
}

datagrams_reach_loopback() {
	local pin
	for pin in "-a 203.0.113.3 -a 2001:db8:1::3" "-i wlan0" "-a 203.0.113.3" "-i wlan0 -6"; do
		witness_mark
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- python3 "$SCRIPT"
		assert_success
		assert_output $'127.0.0.1\n127.0.0.1\n::1\n::1'
		refute_packets
	done
}

@test "one socket talks to this host and to others in turn, each from the right source" {
	script <<-'END'
		for remote, loopback, family in (REMOTE4, "127.0.0.1", V4), (REMOTE6, "::1", V6):
		    s = socket.socket(family, UDP)
		    s.settimeout(10)
		    for where in remote, loopback, remote:
		        print(where, error(s.sendto, b"?", (where, WHO)) or s.recv(100).decode().split()[1])
	END
	as_each talks_in_turn
}

talks_in_turn() {
	local pin
	for pin in "-a 203.0.113.3 -a 2001:db8:1::3" "-i wlan0"; do
		witness_mark
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- python3 "$SCRIPT"
		assert_success
		refute_line --regexp '203\.0\.113\.2|2001:db8:1::2|None|timeout'
		if [ "$pin" = "-i wlan0" ]; then
			assert_all_by wlan0 198.51.100.2 2001:db8:2::2
		else
			assert_all_by eth0 203.0.113.3 2001:db8:1::3
		fi
	done
}

@test "a bound and a connected UDP socket reach this host and others under an interface" {
	script <<-'END'
		bound, connected = socket.socket(V4, UDP), socket.socket(V4, UDP)
		bound.bind(("0.0.0.0", 7401))
		connected.connect((REMOTE4, DISCARD))
		for s in bound, connected:
		    print(error(s.sendto, b"x", ("203.0.113.2", WHO)), error(s.sendto, b"x", (REMOTE4, DISCARD)))
	END
	as_each bound_datagrams
}

bound_datagrams() {
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output $'None None\nNone None'
	run witness_since_mark
	assert_line --regexp '^wlan0 udp 198\.51\.100\.2 7401 192\.0\.2\.1 '
	refute_output --partial 203.0.113
}

@test "raw and ping sockets are pinned" {
	script <<-'END'
		for remote, family, proto, kind in (REMOTE4, V4, 1, b"\x08\0\xf7\xff\0\0\0\0"), (REMOTE6, V6, 58, b"\x80" + bytes(7)):
		    s = socket.socket(family, RAW, proto)
		    s.sendto(kind, (remote, 0))
		    s = socket.socket(family, UDP, proto)
		    s.sendto(kind, (remote, 0))
	END
	in_client sh -c 'echo "0 0" >/proc/sys/net/ipv4/ping_group_range'
	export WHO=root
	witness_mark
	client python3 "$SCRIPT"
	assert_all_by eth0 203.0.113.2 2001:db8:1::2
	script_sends_from_the_pins
}

@test "SCTP and DCCP are refused, and MPTCP becomes TCP" {
	script <<-'END'
		def make(*arguments):
		    return error(lambda: socket.socket(*arguments))
		print(make(V4, TCP, 132), make(V6, socket.SOCK_SEQPACKET, 132), make(V4, 6, 33))
		s = socket.socket(V4, TCP, 262)
		s.settimeout(10)
		print(s.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL), peer_of(s, (REMOTE4, WHO)))
	END
	for pin in "-a 203.0.113.3" "-i eth0 -a 203.0.113.3"; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- python3 "$SCRIPT"
		assert_success
		assert_line --index 0 --regexp '^EPROTONOSUPPORT E(SOCKT|PROTO)NOSUPPORT E(SOCKT|PROTO)NOSUPPORT$'
		assert_line --index 1 "6 203.0.113.3"
	done
}
