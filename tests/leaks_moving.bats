#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# While a program has sockets, this host gets other addresses, loses some, or another machine takes one over:
# nothing leaves outside the pin. leaks.bats has other ways out.
# shellcheck disable=SC2154 # answers is begin's

load lib/network.bash
load lib/assertions.bash
load lib/leaks.bash
on_network serve_locally

setup() {
	witness_mark
}

# Also after a test that fails.
teardown() {
	[ -z "${addresses_changed:-}" ] || wlan0_again
}

# begin: starts $SCRIPT under $engine, pinned to wlan0, and returns when it has made its sockets and waits for go_on.
begin() {
	# shellcheck disable=SC2086 # options
	coproc program { client "$BINDTO" $engine -i wlan0 -- python3 "$SCRIPT"; }
	program_pid=$!
	exec {answers}<&"${program[0]}" # bash closes its own descriptor when the program ends
	read -r -u "$answers" line && [ "$line" = ready ]
}

# go_on: lets the script go on to its next line of output, which becomes $line.
go_on() {
	echo >&"${program[1]}"
	read -r -u "$answers" line
}

end() {
	wait "$program_pid"
	exec {answers}<&-
}

# ninth_address add|del NAMESPACE DEVICE: adds 203.0.113.9 and 2001:db8:1::9 to DEVICE, or takes them away.
ninth_address() {
	in_ns "$2" ip addr "$1" 203.0.113.9/24 dev "$3"
	in_ns "$2" ip addr "$1" 2001:db8:1::9/64 dev "$3" nodad
}

@test "an address that moves from this host to another machine is reached by the pin" {
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
	for engine in "${ENGINES[@]}"; do
		ninth_address add client eth0
		begin
		ninth_address del client eth0
		ninth_address add router to-eth0
		witness_mark
		go_on
		ninth_address del router to-eth0
		[ "$line" = "ECONNREFUSED None None ECONNREFUSED None None" ] || fail "$WHO '$engine': $line"
		assert_all_by wlan0 198.51.100.2 2001:db8:2::2
		end
	done
}

@test "when the pinned interface loses its addresses, calls fail, and they work again when it has addresses" {
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
	export WHO=user
	for engine in "${ENGINES[@]}"; do
		begin
		in_client ip -4 addr flush dev wlan0
		in_client ip -6 addr flush dev wlan0 scope global
		go_on
		# A socket that is bound to a lost address may still send from it by its device, and the interface
		# keeps its link-local address. The witness needs an address, and cannot be asked now.
		[[ $line == E*\ E[A-Z]* ]] || fail "sent without an address: $line"
		wlan0_again
		go_on
		# A socket whose port is fixed keeps the address that the kernel chose for its connect (fact 25).
		[[ $line =~ ^None\ None\ None\ [A-Za-z]+\ None$ ]] || fail "$line"
		UPLINK=wlan0 no_stranger 198.51.100.2 198.51.100.3 2001:db8:2::2 2001:db8:2::3 'fe80:[0-9a-f:]*'
		end
	done
}

@test "when the pinned interface gets other addresses, the program's sockets send from those" {
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
	for engine in "${ENGINES[@]}"; do
		begin
		wlan0_changes_to 198.51.100.9 2001:db8:2::9
		witness_mark
		for round in first second; do
			go_on
			[[ $line =~ ^None(\ None){9}$ ]] || fail "$WHO '$engine', $round time: $line"
		done
		read -r -u "$answers" line
		[ "$line" = None ]
		end
		# The kernel still sends from an IPv6 address that is gone, by the device.
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

@test "a call fails if the library has no descriptor left to look its peer's address up" {
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
	for engine in "${ENGINES[@]}"; do
		ninth_address add client eth0
		begin
		ninth_address del client eth0
		witness_mark
		go_on
		end
		[ -n "$engine" ] || [[ $line =~ ^EMFILE\ EMFILE\  ]] || fail "$WHO: $line"
		UPLINK=wlan0 no_stranger 198.51.100.2 2001:db8:2::2
	done
}

