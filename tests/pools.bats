#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Pools of addresses: several -a, -a with a prefix, --pick and --freebind. Each in every engine, as root and as a user.

load lib/network.bash
load lib/assertions.bash
load lib/pools.bash
on_network more_servers make_scripts

teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || echo "(the last command was as ${WHO:-user}, engine ${engine:-none})"
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
	refused "cannot pin to '2001:db8:99::/64': this host has no local route for it" -a 2001:db8:99::/64 --freebind
	refused "hint: as root: ip route add local 2001:db8:99::5 dev lo" -a 2001:db8:99::5 --freebind
	ip -n client route add local 2001:db8:99::/65 dev lo
	refused "cannot pin to '2001:db8:99::/64': this host has no local route for all of it" -a 2001:db8:99::/64 --freebind
	ip -n client route del local 2001:db8:99::/65 dev lo
	ip -n client -6 rule add iif eth0 lookup 88 # as for TPROXY: what is sent does not see the route
	ip -n client route add local 2001:db8:99::/64 dev lo table 88
	run client "$BINDTO" -a 2001:db8:99::5 --freebind true
	assert_success
	ip -n client route del local 2001:db8:99::/64 dev lo table 88
	ip -n client -6 rule del iif eth0 lookup 88
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
	refused "hint: without --freebind, it stands for 2001:db8:1::2, 2001:db8:1::3; a local route for all of it$neighbours" \
		--freebind -a 2001:db8:1::/64
	refused "hint: as root, if no neighbour has an address of it: ip route add local 2001:db8:1:0:8000::/65 dev lo" \
		--freebind -a 2001:db8:1:0:8000::/65
	refused "hint: as root, if no neighbour has it: ip route add local 2001:db8:1::77 dev lo" --freebind -a 2001:db8:1::77
	run client "$BINDTO" --freebind -a 2001:db8:1::3 true
	assert_success
	ip -n client addr add 192.0.98.1/32 dev lo
	refused "hint: as root: ip route add local 192.0.98.0/24 dev lo" --freebind -a 192.0.98.0/24
	ip -n client addr del 192.0.98.1/32 dev lo
}
