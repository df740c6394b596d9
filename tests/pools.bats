#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Pools: several -a, -a with a prefix, several -i, --pick and --freebind. Each in every engine, as root and as a user.

load lib/network.bash
load lib/assertions.bash
on_network more_servers make_scripts

# The server gets addresses 192.0.2.101 to 192.0.2.120 and 2001:db8:9::101 to ::120 as well.
more_servers() {
	local i
	for i in {101..120}; do
		echo "addr add 192.0.2.$i/24 dev up0"
		echo "addr add 2001:db8:9::$i/64 dev up0 nodad"
	done | ip -n server -batch -
}

make_scripts() {
	{ echo 'from sockets import *' && cat; } >"$BINDTO_TESTS_DIR/tmp/pool.py" <<-'END'
		# usage: pool.py HOW,HOW... COUNT PEER...: reaches each PEER COUNT times in each way, and prints the sources, as the
		# server saw them, with how often it did. HOW is tcp, udp (connected) or sendto, or dual-tcp and so on by a socket
		# of both families; with -each, the sources for each PEER are told apart.
		import collections
		import sys
		hows, count, peers = sys.argv[1].split(","), int(sys.argv[2]), sys.argv[3:]
		seen = collections.Counter()

		def source(how, peer):
		    family = V6 if ":" in peer or how.startswith("dual-") else V4
		    if family == V6 and ":" not in peer:
		        peer = "::ffff:" + peer
		    with socket.socket(family, TCP if how.endswith("tcp") else UDP) as s:
		        s.settimeout(5)
		        if how.endswith("udp"):
		            s.connect((peer, DISCARD))
		            s.send(b"?")
		            return s.getsockname()[0]
		        return peer_of(s, (peer, WHO))

		for how in hows * count:
		    for peer in peers:
		        prefix = peer + " " if how.endswith("-each") else ""
		        seen[prefix + source(how.removesuffix("-each"), peer).removeprefix("::ffff:")] += 1
		for address in sorted(seen):
		    print(address, seen[address])
	END
	chmod 644 "$BINDTO_TESTS_DIR/tmp/pool.py"
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || echo "(the last command was as ${WHO:-user}, engine ${engine:-none})"
	wlan0_carries
	wlan0_again
}

# wlan0_carries: gives wlan0 its carrier back. The router's end has lost its IPv6 address while it was down.
wlan0_carries() {
	ip -n router link set to-wlan0 up
	ip -n router addr replace 2001:db8:2::1/64 dev to-wlan0 nodad
	wait_until links_are_up client
	wait_until links_are_up router
}

# in_each_engine COMMAND...: runs COMMAND with each engine in $engine: as a user, and with the default one as root, too.
in_each_engine() {
	local WHO
	for engine in both preload supervise; do
		WHO=user "$@"
	done
	engine=both WHO=root "$@"
}

# pool OPTIONS... -- HOW COUNT PEER...
pool() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run client "$BINDTO" --engine "$engine" "${options[@]}" -- python3 "$BINDTO_TESTS_DIR/tmp/pool.py" "$@"
	assert_success
}

@test "round-robin: a thousand connections spread evenly over the addresses of a family" {
	in_each_engine spreads_evenly
}

spreads_evenly() {
	pool -a 203.0.113.2 -a 203.0.113.3 -a 2001:db8:1::2 -- tcp 1000 192.0.2.1
	assert_output "203.0.113.2 500"$'\n'"203.0.113.3 500"
	pool -a 203.0.113.2 -a 2001:db8:1::2 -a 2001:db8:1::3 -- tcp 10 2001:db8:9::1
	assert_output "2001:db8:1::2 5"$'\n'"2001:db8:1::3 5"
}

@test "random: a thousand connections use all addresses, none of them more than 600 times" {
	in_each_engine spreads_by_chance
}

spreads_by_chance() {
	pool -a 203.0.113.2 -a 203.0.113.3 --pick random -- tcp 1000 192.0.2.1
	assert_line --regexp '^203\.0\.113\.2 [456]..$'
	assert_line --regexp '^203\.0\.113\.3 [456]..$'
}

@test "each kind of socket takes an address of its family, and sends from no other" {
	in_each_engine keeps_to_the_pool
}

keeps_to_the_pool() {
	local pick
	for pick in first random round-robin sticky; do
		witness_mark
		pool -i eth0 -a 203.0.113.2 -a 203.0.113.3 -a 2001:db8:1::2 -a 2001:db8:1::3 --pick "$pick" -- \
			tcp,udp,sendto,dual-tcp,dual-udp,dual-sendto 2 192.0.2.{101..106} 2001:db8:9::{101..106}
		[ $pick != first ] || assert_equal "${#lines[@]}" 2
		[ $pick = first ] || assert_equal "${#lines[@]}" 4
		[ -z "$(witness_since_mark | astray 203.0.113.2 eth0 | astray 203.0.113.3 eth0 |
			astray 2001:db8:1::2 eth0 | astray 2001:db8:1::3 eth0)" ]
	done
}

@test "sticky: a destination gets the same source from every process, and different destinations get all of them" {
	in_each_engine is_sticky
}

is_sticky() {
	local how options=(-a 203.0.113.2 -a 203.0.113.3 -a 2001:db8:1::2 -a 2001:db8:1::3 --pick=sticky)
	local once peers=(192.0.2.{101..110} 2001:db8:9::{101..110})
	pool "${options[@]}" -- tcp-each 2 "${peers[@]}"
	once=$output
	assert_equal "$(cut -d' ' -f1 <<<"$once" | sort | uniq -d)" ""
	assert_equal "$(cut -d' ' -f2 <<<"$once" | sort -u | grep -c .)" 4
	for how in udp sendto dual-tcp dual-sendto; do
		pool "${options[@]}" -- $how-each 2 "${peers[@]}"
		assert_output "$once"
	done
}

@test "first: a socket takes the next address if this host has lost the first" {
	in_each_engine takes_the_next
}

takes_the_next() {
	pool -a 203.0.113.3 -a 203.0.113.2 --pick first -- tcp 3 192.0.2.1
	assert_output "203.0.113.3 3"
	script <<-'END'
		print(peer_of(socket.socket(), (REMOTE4, WHO)), flush=True)
		sys.stdin.readline()
		print(peer_of(socket.socket(), (REMOTE4, WHO)))
	END
	sed -i '1i import sys' "$SCRIPT"
	coproc { client "$BINDTO" --engine "$engine" -a 203.0.113.3 -a 203.0.113.2 --pick first -- python3 "$SCRIPT"; }
	exec {answers}<&"${COPROC[0]}" # bash closes its own descriptor when the program ends
	read -r -u "$answers" output
	assert_output 203.0.113.3
	ip -n client addr del 203.0.113.3/24 dev eth0
	echo >&"${COPROC[1]}"
	read -r -u "$answers" output
	exec {answers}<&-
	wait "$COPROC_PID"
	ip -n client addr add 203.0.113.3/24 dev eth0
	assert_output 203.0.113.2
}

@test "several -i: sockets take the first interface, and the next one while that has no carrier" {
	in_each_engine fails_over
}

# assert_sources V4 V6: sockets of all kinds go from these addresses, under -i wlan0 -i eth0.
assert_sources() {
	pool -i wlan0 -i eth0 -- tcp,udp,sendto,dual-tcp,dual-udp,dual-sendto 1 192.0.2.1 2001:db8:9::1
	assert_line "$1 6"
	assert_line "$2 6"
}

fails_over() {
	witness_mark
	assert_sources 198.51.100.2 2001:db8:2::2
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
	ip -n router link set to-wlan0 down # the witness cannot see that nothing leaves by this one
	wait_until wlan0_is_off
	assert_sources 203.0.113.2 2001:db8:1::2
	wlan0_carries
	wlan0_again
}

wlan0_is_off() {
	[[ $(ip -n client -brief link show wlan0) == *DOWN* ]]
}

@test "several -i: a process's next connection takes another interface as soon as its first has no route or no address" {
	in_each_engine fails_over_meanwhile
}

fails_over_meanwhile() {
	script <<-'END'
		import sys
		for line in sys.stdin:
		    print(*[peer_of(socket.socket(family), (peer, WHO)) for family, peer in ((V4, REMOTE4), (V6, REMOTE6))],
		          flush=True)
	END
	coproc { client "$BINDTO" --engine "$engine" -i wlan0 -i eth0 -- python3 "$SCRIPT"; }
	connects_by "198.51.100.2 2001:db8:2::2"
	ip -n client route del default dev wlan0
	ip -n client -6 route del default dev wlan0
	connects_by "203.0.113.2 2001:db8:1::2"
	wlan0_again
	connects_by "198.51.100.2 2001:db8:2::2"
	ip -n client addr flush dev wlan0 scope global
	connects_by "203.0.113.2 2001:db8:1::2"
	wlan0_again
	connects_by "198.51.100.2 2001:db8:2::2"
	eval "exec ${COPROC[1]}>&-"
	wait "$COPROC_PID"
}

# connects_by SOURCES: the program that runs connects once more, from these.
connects_by() {
	echo >&"${COPROC[1]}"
	read -r -u "${COPROC[0]}" output
	assert_output "$1"
}

@test "several -i: an interface without an address or a route is used once it has both" {
	in_each_engine uses_a_late_interface
}

uses_a_late_interface() {
	ip -n client addr flush dev wlan0 scope global
	script <<-'END'
		import sys
		for line in sys.stdin:
		    print(peer_of(socket.socket(), (REMOTE4, WHO)), flush=True)
	END
	coproc { client "$BINDTO" --engine "$engine" -i wlan0 -i eth0 -- python3 "$SCRIPT"; }
	connects_by 203.0.113.2
	wlan0_again
	connects_by 198.51.100.2
	eval "exec ${COPROC[1]}>&-"
	wait "$COPROC_PID"
}

@test "several -i: random and sticky choose among the interfaces, and each packet leaves by the interface of its source" {
	in_each_engine chooses_an_interface
}

chooses_an_interface() {
	local pick
	for pick in random round-robin sticky; do
		witness_mark
		pool -i wlan0 -i eth0 --pick $pick -- tcp,sendto,dual-tcp 6 192.0.2.{101..106} 2001:db8:9::{101..106}
		assert_line --partial 203.0.113.2
		assert_line --partial 198.51.100.2
		assert_all_by_own_uplink
	done
}

# Since the mark, packets left from the sources of both interfaces, each by its own.
assert_all_by_own_uplink() {
	run witness_since_mark
	refute_line --regexp '^eth0 (syn|udp|data) (198|2001:db8:2)'
	refute_line --regexp '^wlan0 (syn|udp|data) (203|2001:db8:1)'
	assert_line --regexp '^eth0 [a-z]+ 203.0.113.2 '
	assert_line --regexp '^wlan0 [a-z]+ 198.51.100.2 '
}

@test "a prefix stands for this host's addresses within it" {
	in_each_engine takes_the_prefix
}

takes_the_prefix() {
	pool -a 203.0.113.0/24 -- tcp 4 192.0.2.1
	assert_output "203.0.113.2 2"$'\n'"203.0.113.3 2"
	pool -a 2001:db8:1::/64 --pick first -- dual-tcp 4 2001:db8:9::1
	assert_output --regexp '^2001:db8:1::[23] 4$'
}

@test "an IPv6 prefix takes no IPv4 address, although ::/0 by its bits would" {
	local prefix
	for prefix in ::/0 ::/8; do
		for engine in both preload supervise; do
			[ $prefix != ::/0 ] || run client "$BINDTO" --engine $engine -6 -a $prefix --pick first -- "$PROBE/who" 192.0.2.1 7000
			[ $prefix != ::/8 ] || run client "$BINDTO" --engine $engine -a $prefix true
			assert_failure
			refute_output --partial "203.0.113"
		done
	done
	run client "$BINDTO" -a ::/0 -- "$PROBE/who" 2001:db8:9::1 7000
	assert_success
}

@test "--freebind: each socket takes another address of a routed prefix, none of which this host has" {
	ip -n client -6 route add local 2001:db8:77::/64 dev lo
	ip -n client route add local 192.0.77.0/24 dev lo
	ip -n router -6 route add 2001:db8:77::/64 via 2001:db8:1::2
	ip -n router route add 192.0.77.0/24 via 203.0.113.2
	in_each_engine takes_free_addresses
}

takes_free_addresses() {
	local free=(--freebind -a 2001:db8:77::/64 -a 192.0.77.0/24)
	pool "${free[@]}" -- tcp,udp,sendto 20 2001:db8:9::1 192.0.2.1
	[ "$(grep -c '^2001:db8:77:.* 1$' <<<"$output")" = 60 ]
	[ "$(grep -c '^192\.0\.77\.' <<<"$output")" -gt 30 ]
	pool "${free[@]}" --pick sticky -- tcp,udp,sendto 5 2001:db8:9::1 192.0.2.1
	assert_equal "${#lines[@]}" 2
	pool --freebind -a 2001:db8:77::5 -- tcp 2 2001:db8:9::1
	assert_output "2001:db8:77::5 2"
	python "$BINDTO" --engine "$engine" "${free[@]}" <<-'END'
		s = socket.socket(V6)
		s.bind(("2001:db8:77::99", 0))
		assert peer_of(s, (REMOTE6, WHO)) == "2001:db8:77::99"
	END
}

@test "--freebind: no socket takes a broadcast address, from which the kernel would send by another one" {
	ip -n client route add local 198.51.100.192/26 dev lo
	in_each_engine takes_no_broadcast
	ip -n client route del local 198.51.100.192/26 dev lo
}

takes_no_broadcast() {
	local pick
	for pick in random sticky; do
		pool --freebind -a 198.51.100.254/31 --pick $pick -- tcp,udp,sendto 4 192.0.2.{101..103}
		assert_output '198.51.100.254 36'
	done
	python "$BINDTO" --engine "$engine" --freebind -a 198.51.100.254/31 <<-'END'
		for kind in TCP, UDP:
		    s = socket.socket(V4, kind)
		    s.bind(("198.51.100.255", 0))
		    assert peer_of(s, (REMOTE4, WHO)) == "198.51.100.254"
	END
}

@test "several -i under -4: IPv6 is refused, and IPv4 is pinned to an interface" {
	in_each_engine refuses_the_other_family
}

refuses_the_other_family() {
	python "$BINDTO" --engine "$engine" -4 -i wlan0 -i eth0 <<-'END'
		assert error(socket.socket(V6).connect, (REMOTE6, WHO)) in ("ENETUNREACH", "EAFNOSUPPORT")
		assert error(socket.socket(V6, UDP).sendto, b"x", (REMOTE6, WHO)) in ("ENETUNREACH", "EAFNOSUPPORT")
		mapped = socket.socket(V6)
		mapped.connect((MAPPED, HOLD))
		assert mapped.getsockname()[0] == "::ffff:" + WLAN4
	END
}

@test "a server and its connections keep the address that the listener has" {
	in_each_engine listens
}

listens() {
	python "$BINDTO" --engine "$engine" -a 203.0.113.2 -a 203.0.113.3 <<-'END'
		import sys
		listener = socket.create_server(("0.0.0.0", 0))
		address = listener.getsockname()[0]
		assert address in ("203.0.113.2", "203.0.113.3"), address
		chosen = socket.create_server(("203.0.113.3", 0))
		assert chosen.getsockname()[0] == "203.0.113.3"
		bound = socket.socket()
		bound.bind(("203.0.113.3", 0))
		bound.connect((REMOTE4, HOLD))
		assert bound.getsockname()[0] == "203.0.113.3"
		local = socket.create_connection(listener.getsockname())
		assert listener.accept()[0].getsockname()[0] == address
	END
}

@test "--explain names the pool" {
	run client "$BINDTO" -i wlan0 -i eth0 --explain true
	assert_line --regexp '^pool +first of wlan0, eth0$'
	run client "$BINDTO" -a 203.0.113.0/24 -a 2001:db8:1::3 --pick sticky --explain true
	assert_line --regexp '^pool +sticky of 203.0.113.2, 203.0.113.3, 2001:db8:1::3$'
	run client "$BINDTO" -a 203.0.113.0/24 --explain --json true
	assert_output --partial '"members"'
}

@test "--view=pin shows the interfaces of a pool" {
	run client "$BINDTO" -i wlan0 -i eth0 --view=pin -- python3 -c 'import socket; print(socket.if_nameindex())'
	assert_output --partial "'wlan0'"
	assert_output --partial "'eth0'"
}

@test "wrong pools are refused with a hint, and nothing is started" {
	refused "cannot pin to '203.0.113.3' twice" -a 203.0.113.3 -a 203.0.113.3
	refused "cannot pin to interface 'eth0' twice" -i eth0 -i wlan0 -i eth0
	refused "cannot use '-a' with more than one '-i'" -a 203.0.113.3 -i eth0 -i wlan0
	refused "cannot use '--pick': each family has one source only" -a 203.0.113.3 -a 2001:db8:1::3 --pick random
	refused "cannot use '--pick': each family has one source only" -p 40000 --pick random
	refused "cannot use '--pick robin': it must be one of first, random, round-robin, sticky" -a 203.0.113.0/24 --pick robin
	refused "did you mean 'round-robin'?" -a 203.0.113.0/24 --pick=round-robbin
	refused "cannot use '--freebind' without '-a'" -i eth0 --freebind
	refused "cannot pin to '192.0.99.0/24': this host has no address of it" -a 192.0.99.0/24
	refused "cannot pin to '198.51.100.0/24': interface 'eth0' has no address of it" -i eth0 -a 198.51.100.0/24
	refused "cannot pin to '192.0.99.1': this host has no local route for it" -a 192.0.99.1 --freebind
	refused "ip route add local 192.0.99.0/24 dev lo" -a 192.0.99.0/24 --freebind
	refused "hint: the nearest is 203.0.113.2 (eth0); there are also" -a 203.0.112.0/24
	refused "hint: eth0 has 203.0.113.2, 203.0.113.3 of it" -i wlan0 -a 203.0.113.0/24
	refused "hint: wlan0 has 198.51.100.2, 198.51.100.3, " -i wlan0 -a 192.0.99.0/24
	refused "cannot pin to '203.0.113.3/24': it has bits behind the prefix" -a 203.0.113.3/24
	refused "hint: '-a 203.0.113.3' for this address, '-a 203.0.113.0/24' for all of the prefix" -a 203.0.113.3/24
	refused "'-a 2001:db8:1::/64' for all" -i eth0 -a 2001:db8:1::3/64
	ip -n client route add local 192.0.88.0/25 dev lo
	refused "cannot pin to '192.0.88.0/24': this host has no local route for all of it" -a 192.0.88.0/24 --freebind
	ip -n client route del local 192.0.88.0/25 dev lo
	refused "cannot pin to '96.0.0.0/5': with --freebind, a prefix has a length of 8 or more" -a 96.0.0.0/5 --freebind
	refused "cannot pin to '203.0.113.0/33': it is not ADDR[/LEN]" -a 203.0.113.0/33
	refused "cannot use '-6' with '-a 203.0.113.0/24': it is an address of the other family" -6 -a 203.0.113.0/24
	refused "cannot pin to interface 'wlan9': there is no such interface" -i eth0 -i wlan9
}

@test "a local route that would cut this host from its neighbours is not advised" {
	local neighbours=' would cut this host from its neighbours'
	refused "hint: without --freebind, it stands for 203.0.113.2, 203.0.113.3; a local route for all of it$neighbours" \
		--freebind -a 203.0.113.0/24
	refused "$neighbours" --freebind -a 203.0.112.0/23
	refused "hint: a local route for it would cut this host from its router 203.0.113.1" --freebind -a 203.0.113.1
	refused "hint: as root, if no neighbour has an address of it: ip route add local 203.0.113.128/25 dev lo" \
		--freebind -a 203.0.113.128/25
	refused "hint: as root, if no neighbour has it: ip route add local 203.0.113.77 dev lo" --freebind -a 203.0.113.77
	refused "hint: as root: ip route add local 192.0.99.1 dev lo" --freebind -a 192.0.99.1
	ip -n client addr add 192.0.98.1/32 dev lo
	refused "hint: as root: ip route add local 192.0.98.0/24 dev lo" --freebind -a 192.0.98.0/24
	ip -n client addr del 192.0.98.1/32 dev lo
}

# refused MESSAGE OPTIONS...
refused() {
	local message=$1
	shift
	run client "$BINDTO" "$@" -- touch "$BINDTO_TESTS_DIR/tmp/started"
	assert_failure 125
	assert_output --partial "$message"
	[ ! -e "$BINDTO_TESTS_DIR/tmp/started" ]
}
