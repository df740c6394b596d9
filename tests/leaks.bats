#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What leaked once and is no single call: routing headers, addresses that move or go, route_localnet,
# errors in the middle of a move, threads. Sequences of calls are in sequences.bats.
# shellcheck disable=SC2086 # options

load lib/network.bash
load lib/assertions.bash
on_network serve_locally

setup() {
	witness_mark
}

# Undone even when a test fails.
teardown() {
	in_client sh -c 'cd /proc/sys/net/ipv4/conf; for f in */route_localnet; do echo 0 >$f; done'
	[ -z "${addresses_changed:-}" ] || wlan0_again
}

ENGINES=("" --strict "--engine preload")

# no_stranger ADDRESS...: all that left since the mark is from these, by wlan0 if $UPLINK says so, and
# neither to loopback nor by way of another host (protocol 43 is an IPv6 routing header).
no_stranger() {
	local packets address
	packets=$(witness_since_mark | grep -v ' rst ' || :)
	for address in "$@"; do
		packets=$(awk -v uplink="${UPLINK:-[a-z0-9]+}" -v source="$address" '
			$1 ~ "^" uplink "$" && $3 ~ "^" source "$" && $2 != 43 && $5 !~ /^(127\.|::1$)/ { next }
			NF { print }' <<<"$packets")
	done
	[ -z "$packets" ] || {
		printf 'this left as well (engine "%s", as %s):\n%s\n' "$engine" "$WHO" "$packets" >&2
		return 1
	}
}

# IPV6_2292RTHDR (5) asks for those that come in (fact 32).
@test "a routing header is refused, set or sent with a message, and its removal is not" {
	script <<-'END'
		header = struct.pack("!BBBBBBH", 0, 4, 4, 1, 1, 0, 0) + bytes(16) + socket.inet_pton(V6, REMOTE6)
		for kind in UDP, TCP:
		    s = socket.socket(V6, kind)
		    print(*(error(s.setsockopt, socket.IPPROTO_IPV6, option, header) for option in (57, 5, 6)),
		          error(s.setsockopt, socket.IPPROTO_IPV6, 57, b""))
		s = socket.socket(V6, UDP)
		print(error(s.sendmsg, [b"x"], [(socket.IPPROTO_IPV6, 57, header)], 0, (REMOTE6, DISCARD)))
		for where in "::1", WLAN6:
		    s = socket.socket(V6, UDP)
		    print(error(s.connect, (where, DISCARD)) or error(s.send, b"x"))
	END
	as_each refuses_routes
}

refuses_routes() {
	for engine in "${ENGINES[@]}"; do
		for pin in "-i wlan0" "-a 2001:db8:1::3"; do
			run client "$BINDTO" $engine $pin -- python3 "$SCRIPT"
			assert_output $'EPERM None EPERM None\nEPERM None EPERM None\nEPERM\nNone\nNone'
		done
	done
	refute_packets
}

@test "an IPv4 source route is refused to root, and other options are not" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		route, stamp = b"\x83\x07\x04" + socket.inet_aton(REMOTE4) + b"\0", b"\x44\x04\x05\x00"
		print(error(s.setsockopt, 0, 4, route), error(s.setsockopt, 0, 4, stamp), error(s.setsockopt, 0, 4, b""))
	END
	for engine in "${ENGINES[@]}"; do
		WHO=root run client "$BINDTO" $engine -a 203.0.113.3 -- python3 "$SCRIPT"
		assert_output "EPERM None None"
	done
}

# ninth_address add|del NAMESPACE DEVICE: an address more on eth0's network, or less, of each family.
ninth_address() {
	in_ns "$2" ip addr "$1" 203.0.113.9/24 dev "$3"
	in_ns "$2" ip addr "$1" 2001:db8:1::9/64 dev "$3" nodad
}

@test "an address of this host that moves to another machine is reached by the pin" {
	script <<-'END'
		peers = {V4: "203.0.113.9", V6: "2001:db8:1::9"}
		sent = {family: socket.socket(family, UDP) for family in peers}
		for family in peers: # an address of this host as yet
		    sent[family].sendto(b"x", (peers[family], DISCARD))
		print("ready", flush=True)
		input()
		for family, peer in peers.items():
		    s = socket.socket(family)
		    s.settimeout(2)
		    print(error(s.connect, (peer, WHO)), end=" ")
		    s = socket.socket(family, UDP)
		    print(error(s.connect, (peer, DISCARD)) or error(s.send, b"x"), end=" ")
		    print(error(sent[family].sendto, b"x", (peer, DISCARD)), end=" ")
		print(flush=True)
	END
	as_each moves_away
}

moves_away() {
	local line pid
	for engine in "${ENGINES[@]}"; do
		ninth_address add client eth0
		coproc moved { client "$BINDTO" $engine -i wlan0 -- python3 "$SCRIPT"; }
		pid=$!
		read -r -u "${moved[0]}" line && [ "$line" = ready ]
		ninth_address del client eth0
		ninth_address add router to-eth0
		witness_mark
		echo >&"${moved[1]}"
		read -r -u "${moved[0]}" line
		ninth_address del router to-eth0
		[ "$line" = "ECONNREFUSED None None ECONNREFUSED None None" ] || fail "$WHO '$engine': $line"
		assert_all_by wlan0 198.51.100.2 2001:db8:2::2
		wait "$pid"
	done
}

@test "an interface that loses its addresses does not lend another's, and works again when it has one" {
	script <<-'END'
		bound, opened, fresh, linked = (socket.socket(V6, UDP) for _ in range(4))
		bound.bind(("::", 7601))
		linked.bind(("::", 7602))
		opened.sendto(b"x", ("::1", DISCARD))
		four = socket.socket(V4, UDP)
		four.bind(("0.0.0.0", 7603))
		print("ready", flush=True)
		for _ in range(2):
		    input()
		    print(*(error(s.sendto, b"x", (REMOTE6, DISCARD)) for s in (bound, opened, fresh)),
		          error(linked.connect, (REMOTE6, DISCARD)) or error(linked.send, b"x"),
		          error(four.sendto, b"x", (REMOTE4, DISCARD)), flush=True)
	END
	addresses_changed=yes
	local pid
	export WHO=user
	for engine in "${ENGINES[@]}"; do
		coproc losing { client "$BINDTO" $engine -i wlan0 -- python3 "$SCRIPT"; }
		pid=$!
		read -r -u "${losing[0]}" line && [ "$line" = ready ]
		in_client ip -4 addr flush dev wlan0
		in_client ip -6 addr flush dev wlan0 scope global
		echo >&"${losing[1]}"
		read -r -u "${losing[0]}" line
		# What is bound to an address that is gone may still send from there, by its device, and
		# the interface has its link-local address. Without an address no witness can be asked.
		[[ $line == E*\ E[A-Z]* ]] || fail "sent without an address: $line"
		wlan0_again
		echo >&"${losing[1]}"
		read -r -u "${losing[0]}" line
		# What the kernel chose for a connect stays with a socket whose port is fixed (fact 25).
		[[ $line =~ ^None\ None\ None\ [A-Za-z]+\ None$ ]] || fail "$line"
		UPLINK=wlan0 no_stranger 198.51.100.2 198.51.100.3 2001:db8:2::2 2001:db8:2::3 'fe80:[0-9a-f:]*'
		wait "$pid"
	done
}

@test "where 127.0.0.1 may leave the host, it does not leave from there" {
	script <<-'END'
		for family, peers in (V4, ("127.0.0.1", REMOTE4)), (V6, ("::ffff:127.0.0.1", MAPPED, REMOTE6)):
		    s = socket.socket(family, UDP)
		    print(*(error(s.sendto, b"x", (peer, DISCARD)) for peer in peers))
	END
	for name in all eth0; do
		in_client sh -c "echo 1 >/proc/sys/net/ipv4/conf/$name/route_localnet"
		as_each nothing_from_loopback
		in_client sh -c "echo 0 >/proc/sys/net/ipv4/conf/$name/route_localnet"
	done
}

nothing_from_loopback() {
	for engine in "${ENGINES[@]}"; do
		witness_mark
		run client "$BINDTO" $engine -a 203.0.113.3 -a 2001:db8:1::3 -- python3 "$SCRIPT"
		assert_output $'None None\nNone None None'
		assert_all_from 203.0.113.3 2001:db8:1::3
		witness_mark
		run client "$BINDTO" $engine -a 203.0.113.3 -- python3 "$SCRIPT"
		assert_output $'None None\nNone None ENETUNREACH'
		assert_only 203.0.113.3 eth0
		witness_mark
		run client "$BINDTO" $engine -a 2001:db8:1::3 -- python3 "$SCRIPT"
		assert_output $'None ENETUNREACH\nNone ENETUNREACH None'
		assert_only 2001:db8:1::3 eth0
		witness_mark
		run client "$BINDTO" $engine -i wlan0 -- python3 "$SCRIPT"
		assert_output $'None None\nNone None None'
		assert_all_by wlan0 198.51.100.2 2001:db8:2::2
	done
	[ "$name" = all ] || return 0
	witness_mark
	run client env BIND_ADDR=203.0.113.3 LD_PRELOAD="$BINDTO_LIBRARY" python3 "$SCRIPT"
	assert_line --index 0 "None None"
	assert_only 203.0.113.3 eth0
}

@test "an interface that gets other addresses lends them to the sockets that a program has" {
	script <<-'END'
		bound, opened, linked = (socket.socket(V6, UDP) for _ in range(3))
		bound.bind(("::", 7601))
		opened.sendto(b"x", ("::1", DISCARD))
		four, fresh = (socket.socket(V4, UDP) for _ in range(2))
		four.bind(("0.0.0.0", 7603))
		stream = socket.socket(V4)
		datagrams = [(s, REMOTE6) for s in (bound, opened, linked)] + [(s, REMOTE4) for s in (four, fresh)]
		def connect(s, peer):
		    return error(s.connect, (peer, DISCARD)) or error(s.send, b"x") or unspec(s)
		print("ready", flush=True)
		for _ in range(2):
		    input()
		    print(*(connect(*d) for d in datagrams), *(error(s.sendto, b"x", (peer, DISCARD)) for s, peer in datagrams),
		          flush=True)
		print(error(stream.connect, (REMOTE4, WHO)), flush=True)
	END
	addresses_changed=yes
	as_each changes_addresses
}

changes_addresses() {
	local line pid answers
	for engine in "${ENGINES[@]}"; do
		coproc changing { client "$BINDTO" $engine -i wlan0 -- python3 "$SCRIPT"; }
		pid=$!
		exec {answers}<&"${changing[0]}" # bash forgets its own when the program has ended
		read -r -u "$answers" line && [ "$line" = ready ]
		wlan0_changes_to 198.51.100.9 2001:db8:2::9
		witness_mark
		for round in first second; do
			echo >&"${changing[1]}"
			read -r -u "$answers" line
			[[ $line =~ ^None(\ None){9}$ ]] || fail "$WHO '$engine', $round time: $line"
		done
		read -r -u "$answers" line
		[ "$line" = None ]
		wait "$pid"
		exec {answers}<&-
		# From an address of IPv6 that is gone, the kernel still sends by the device.
		UPLINK=wlan0 no_stranger 198.51.100.9 2001:db8:2::9 2001:db8:2::2
		wlan0_again
	done
}

wlan0_changes_to() {
	in_client ip -4 addr flush dev wlan0
	in_client ip -6 addr flush dev wlan0 scope global
	ip -n client -batch - <<-END
		addr add $1/24 dev wlan0
		addr add $2/64 dev wlan0 nodad
		route replace default via 198.51.100.1 dev wlan0 metric 600
		route replace ::/0 via 2001:db8:2::1 dev wlan0 metric 600
	END
}

@test "a link-local peer is reached by the pinned interface, and by no other" {
	link_local_of_router() {
		in_ns router ip -6 -brief addr show dev "$1" scope link | grep -o 'fe80::[0-9a-f:]*'
	}
	script <<-END
		for kind in TCP, UDP:
		    for where in "$(link_local_of_router to-wlan0)", "$(link_local_of_router to-eth0)":
		        for device in "wlan0", "eth0":
		            s = socket.socket(V6, kind)
		            s.settimeout(0.5)
		            print(error(s.connect, (where, DISCARD, 0, index(device))), end=" ")
		    print()
	END
	as_each reaches_neighbours
}

reaches_neighbours() {
	for engine in "${ENGINES[@]}"; do
		run client "$BINDTO" $engine -i wlan0 -- python3 "$SCRIPT"
		assert_line --index 0 --regexp '^ECONNREFUSED E[A-Z]* [a-zA-Z]* E[A-Z]* $'
		assert_line --index 1 --regexp '^None E[A-Z]* [a-zA-Z]* E[A-Z]* $'
	done
	UPLINK=wlan0 no_stranger 'fe80:[0-9a-f:]*' 2001:db8:2::2
}

@test "data that waits for more does not go the old peer's way with the new one's address" {
	script <<-'END'
		MORE, EXCLUDED = 0x8000, "192.0.2.9"
		for first, then in (REMOTE4, "127.0.0.1"), (EXCLUDED, REMOTE4), (REMOTE4, "203.0.113.2"), ("127.0.0.1", REMOTE4):
		    for family in V4, V6:
		        def peer(address):
		            return ("::ffff:" + address if family == V6 else address, DISCARD)
		        s, t = socket.socket(family, UDP), socket.socket(family, UDP)
		        s.connect(peer(first))
		        s.send(b"more", MORE)
		        error(s.connect, peer(then))
		        error(s.send, b"x")
		        t.connect(peer(first))
		        t.setsockopt(17, 1, 1) # UDP_CORK
		        t.send(b"corked")
		        error(t.connect, peer(then))
		        assert t.getsockopt(17, 1) == 1
		        t.setsockopt(17, 1, 0)
	END
	as_each sends_the_rest
}

# What is excluded goes by eth0 from the kernel's choice; all else by the pin.
sends_the_rest() {
	for engine in "${ENGINES[@]}"; do
		witness_mark
		client "$BINDTO" $engine -i wlan0 -e 192.0.2.9 -- python3 "$SCRIPT"
		run witness_since_mark
		refute_line --regexp '^eth0 .* 192\.0\.2\.1 '
		refute_line --regexp ' (127\.[0-9.]*|203\.0\.113\.2) [0-9]+$'
		refute_line --regexp '^wlan0 [a-z]* (203|127)\.'
		witness_mark
		client "$BINDTO" $engine -a 203.0.113.3 -- python3 "$SCRIPT"
		no_stranger 203.0.113.3
	done
}

@test "an address that cannot be looked at, since no descriptor is free, fails the call" {
	script <<-'END'
		import resource
		stream, datagram = socket.socket(V4), socket.socket(V6, UDP)
		opened = socket.socket(V6, UDP)
		opened.bind(("::", 7601))
		stream.settimeout(0.5)
		print("ready", flush=True)
		input()
		resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
		print(error(stream.connect, ("203.0.113.9", WHO)), error(datagram.sendto, b"x", ("2001:db8:1::9", DISCARD)),
		      error(opened.sendto, b"x", (REMOTE6, DISCARD)), flush=True)
	END
	as_each moves_unseen
}

moves_unseen() {
	local line pid
	for engine in "${ENGINES[@]}"; do
		ninth_address add client eth0
		coproc unseen { client "$BINDTO" $engine -i wlan0 -- python3 "$SCRIPT"; }
		pid=$!
		read -r -u "${unseen[0]}" line && [ "$line" = ready ]
		ninth_address del client eth0
		witness_mark
		echo >&"${unseen[1]}"
		read -r -u "${unseen[0]}" line
		wait "$pid"
		[ -n "$engine" ] || [[ $line =~ ^EMFILE\ EMFILE\  ]] || fail "$WHO: $line"
		UPLINK=wlan0 no_stranger 198.51.100.2 2001:db8:2::2
	done
}

@test "an error in the middle of a move leaves nothing behind that leaks" {
	need strace
	script <<-'END'
		for family, remote, local in (V4, REMOTE4, "127.0.0.1"), (V6, REMOTE6, "::1"), (V6, MAPPED, "::ffff:127.0.0.1"):
		    try:
		        s = socket.socket(family, UDP)
		    except OSError:
		        continue
		    for where in remote, local, remote, "203.0.113.2" if family == V4 else WLAN6, remote:
		        error(s.sendto, b"x", (where, DISCARD))
		        error(s.send, b"x")
		    for where in local, remote, local:
		        error(s.connect, (where, DISCARD))
		        error(s.send, b"x")
		        unspec(s)
		        error(s.sendto, b"x", (remote, DISCARD))
	END
	export WHO=root
	for engine in "${ENGINES[@]}"; do
		for call in bind:ENOMEM bind:EADDRINUSE setsockopt:EPERM getsockopt:EPERM getsockname:EPERM connect:EPERM; do
			for when in 1+7 2+7 3+7 4+7 5+7 6+7 7+7; do
				in_client strace -f -qq -o /dev/null --inject="${call%:*}:error=${call#*:}:when=$when" \
					"$BINDTO" $engine -i wlan0 -- python3 "$SCRIPT" >/dev/null 2>&1 || :
			done
		done
		UPLINK=wlan0 no_stranger 198.51.100.2 2001:db8:2::2
	done
	in_client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "sockets that a thread makes while another forbids to look into the process are sealed as well" {
	run client "$BINDTO" --strict -i wlan0 -- "$PROBE/forbid" 40
	assert_success
	[ "$output" -ge 120 ]
	UPLINK=wlan0 no_stranger 2001:db8:2::2
}

@test "a thread's datagrams leave by the pin while another disconnects the socket, or sends to this host" {
	as_each races
}

races() {
	local last
	for engine in "${ENGINES[@]}"; do
		for family in 4 6; do
			for way in disconnect local; do
				# Two threads that move one socket at once can make the library shut it: FACTS.md,
				# "What nothing holds".
				last=ok
				[ "$engine" = --strict ] || [ "$family $way" != '6 disconnect' ] || last='(ok|EPIPE)'
				run client "$BINDTO" $engine -i wlan0 -- "$PROBE/race" $family 400 $way
				assert_success
				[[ $output =~ ^[1-9][0-9]*\ $last$ ]] || fail "$WHO '$engine' $family $way: $output"
			done
		done
	done
	UPLINK=wlan0 no_stranger 198.51.100.2 2001:db8:2::2
}
