#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Destinations by their ports: --exclude ADDR[/LEN]:PORTS, and --only, which names what is pinned. By each engine, as
# root and as a user, with each packet judged on both uplinks.
# shellcheck disable=SC2034,SC2154 # the words of lib/*.bash

load lib/network.bash
load lib/assertions.bash
load lib/dns.bash
load lib/explain.bash
on_network

ENGINES=(both preload supervise)

# goes SOURCE UPLINK COMMAND... -- OPTION...: under each engine with OPTION..., COMMAND comes from SOURCE by UPLINK.
goes() {
	local source=$1 uplink=$2 engine command=()
	shift 2
	while [ "$1" != -- ]; do
		command+=("$1")
		shift
	done
	shift
	for engine in "${ENGINES[@]}"; do
		assert_comes_from "$source" "$uplink" "$BINDTO" --engine "$engine" "$@" -- "${command[@]}"
	done
}

# unpinned FAMILY URL OPTION..., pinned FAMILY URL OPTION...: how curl comes to URL.
unpinned() {
	local plain second wlan
	addresses_of "$1"
	goes "$plain" eth0 curl -sS "$2" -- "${@:3}"
}

pinned() {
	local plain second wlan
	addresses_of "$1"
	goes "$wlan" wlan0 curl -sS "$2" -- "${@:3}"
}

@test "an exclusion of a port leaves that port unpinned, and the others of the address pinned" {
	need curl
	as_each by_port
}

by_port() {
	unpinned 4 http://192.0.2.1/ -i wlan0 -e 192.0.2.0/24:79-81
	pinned 4 http://192.0.2.1/ -i wlan0 -e 192.0.2.1:81-90
	unpinned 6 'http://[2001:db8:9::1]/' -i wlan0 -e '[2001:db8:9::/48]:80'
	pinned 6 'http://[2001:db8:9::1]/' -i wlan0 -e '[2001:db8:9::1]:443'
	goes 203.0.113.3 eth0 "$PROBE/who" 192.0.2.1 7000 -- -a 203.0.113.3 -e 192.0.2.0/24:80
	goes 203.0.113.2 eth0 "$PROBE/who" 192.0.2.1 7000 -- -a 203.0.113.3 -e 192.0.2.0/24:7000
}

@test "an exclusion of a port alone means all addresses of both families" {
	local ENGINES=(both supervise)
	unpinned 4 http://192.0.2.1/ -i wlan0 -e :80
	unpinned 6 'http://[2001:db8:9::1]/' -i wlan0 -e :80
	pinned 6 'http://[2001:db8:9::1]/' -i wlan0 -e :53
}

@test "a UDP socket sends to an excluded and a pinned port of one address in turns" {
	script <<-'END'
		for remote in (REMOTE4, REMOTE6):
		    s = socket.socket(V6 if ":" in remote else V4, UDP)
		    for _ in range(3):
		        s.sendto(b"x", (remote, DISCARD))
		        s.sendto(b"x", (remote, WHO))
		        s.sendmsg([b"x"], [], 0, (remote, WHO))
		        s.sendmsg([b"x"], [], 0, (remote, DISCARD))
		    s = socket.socket(V6 if ":" in remote else V4, UDP)
		    for port in WHO, DISCARD, WHO, DISCARD:
		        s.connect((remote, port))
		        s.send(b"x")
	END
	as_each in_turns
}

in_turns() {
	local engine packets
	for engine in "${ENGINES[@]}"; do
		for pin in "-i wlan0" "-a 203.0.113.3 -a 2001:db8:1::3"; do
			witness_mark
			# shellcheck disable=SC2086 # options
			run client "$BINDTO" --engine "$engine" $pin -e :7000 -- python3 "$SCRIPT"
			assert_success
			assert_output ""
			packets=$(witness_since_mark)
			assert_equal "$(awk '$2 == "udp" { print $1, $3, $6 }' <<<"$packets" | sort | uniq -c | awk '{ print $1, $2, $3, $4 }')" "$(by_ports "$pin")"
		done
	done
}

# by_ports PIN: how many packets leave by which uplink, from which source, to which port.
by_ports() {
	if [ "$1" = "-i wlan0" ]; then
		printf '%s\n' '8 eth0 2001:db8:1::2 7000' '8 eth0 203.0.113.2 7000' '8 wlan0 198.51.100.2 9' '8 wlan0 2001:db8:2::2 9'
	else
		printf '%s\n' '8 eth0 2001:db8:1::2 7000' '8 eth0 2001:db8:1::3 9' '8 eth0 203.0.113.2 7000' '8 eth0 203.0.113.3 9'
	fi
}

@test "a dual-stack socket tells a v4-mapped peer's ports apart" {
	script <<-'END'
		s = socket.socket(V6, UDP)
		s.sendto(b"x", (MAPPED, DISCARD))
		s.sendto(b"x", (MAPPED, 53))
		s.sendto(b"x", (MAPPED, DISCARD))
		socket.create_connection((MAPPED, HOLD))
	END
	local engine
	for engine in "${ENGINES[@]}"; do
		witness_mark
		run client "$BINDTO" --engine "$engine" -i wlan0 -e 192.0.2.0/24:53 -e 192.0.2.1:7001 -- python3 "$SCRIPT"
		assert_success
		run witness_since_mark
		refute_line --regexp '^eth0 udp .* 9$'
		refute_line --regexp '^wlan0 udp .* 53$'
		assert_line --regexp '^eth0 tcp 203\.0\.113\.2 [0-9]+ 192\.0\.2\.1 7001$'
		refute_line --regexp '^wlan0 tcp '
	done
}

@test "sockets without ports stay pinned, whatever they call their peer's port" {
	script <<-'END'
		raw = socket.socket(V4, RAW, socket.IPPROTO_ICMP)
		ping = socket.socket(V4, UDP, socket.IPPROTO_ICMP)
		for s in raw, ping:
		    for _ in range(2):
		        s.sendto(struct.pack("!BBHHH", 8, 0, 0xf7ff, 0, 0), (REMOTE4, 53))
		    s.connect((REMOTE4, 53))
		    s.send(struct.pack("!BBHHH", 8, 0, 0xf7ff, 0, 0))
	END
	in_client sh -c 'echo 0 65535 >/proc/sys/net/ipv4/ping_group_range'
	local engine rule
	for engine in "${ENGINES[@]}"; do
		for rule in "-e 192.0.2.0/24:53" "--only 192.0.2.0/24:443"; do
			witness_mark
			# shellcheck disable=SC2086 # options
			WHO=root run client "$BINDTO" --engine "$engine" -i wlan0 $rule -- python3 "$SCRIPT"
			assert_success
			assert_only 198.51.100.2 wlan0
		done
		witness_mark
		WHO=root run client "$BINDTO" --engine "$engine" -i wlan0 --only 203.0.113.0/24 -- python3 "$SCRIPT"
		assert_success
		assert_only 203.0.113.2 eth0
	done
}

@test "Fast Open obeys an exclusion of ports" {
	script <<-'END'
		s = socket.socket()
		s.sendto(b"x", MSG_FASTOPEN, (REMOTE4, int(os.environ["PORT"])))
		print("peer", *s.getsockname())
	END
	PORT=7001 goes 198.51.100.2 wlan0 python3 "$SCRIPT" -- -i wlan0 -e 192.0.2.1:80
	PORT=7001 goes 203.0.113.2 eth0 python3 "$SCRIPT" -- -i wlan0 -e 192.0.2.1:7001
}

@test "--only pins the destinations that it names, and all others are reached unpinned" {
	need curl
	as_each only_some
}

only_some() {
	pinned 4 http://192.0.2.1/ -i wlan0 --only 192.0.2.0/24
	unpinned 4 http://192.0.2.1/ -i wlan0 --only 192.0.3.0/24 --only 2001:db8:9::/48
	pinned 6 'http://[2001:db8:9::1]/' -i wlan0 --only 192.0.3.0/24 --only '[2001:db8:9::/48]:80'
	unpinned 6 'http://[2001:db8:9::1]/' -i wlan0 --only 192.0.2.0/24
	unpinned 6 'http://[2001:db8:9::1]/' -a 198.51.100.2 --only 192.0.2.0/24
	pinned 4 http://192.0.2.1/ -i wlan0 --only :80
	unpinned 4 http://192.0.2.1/ -i wlan0 --only :81-90
	unpinned 4 http://192.0.2.1/ -i wlan0 --only 192.0.2.0/24 -e 192.0.2.1:80
}

@test "--only holds for each datagram, and this host's own services stay reachable" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		for _ in range(2):
		    s.sendto(b"x", (REMOTE4, DISCARD))
		    s.sendto(b"x", ("192.0.2.254", DISCARD))
		server = socket.socket(V4, UDP)
		server.bind(("127.0.0.1", 0))
		s.sendto(b"y", server.getsockname())
		assert server.recv(9) == b"y"
	END
	local engine
	for engine in "${ENGINES[@]}"; do
		witness_mark
		run client "$BINDTO" --engine "$engine" -i wlan0 --only 192.0.2.1 -- python3 "$SCRIPT"
		assert_success
		run witness_since_mark
		assert_line --regexp '^wlan0 udp 198\.51\.100\.2 [0-9]+ 192\.0\.2\.1 9$'
		assert_line --regexp '^eth0 udp 203\.0\.113\.2 [0-9]+ 192\.0\.2\.254 9$'
		refute_line --regexp '^wlan0 .* 192\.0\.2\.254 '
		refute_line --regexp '^eth0 .* 192\.0\.2\.1 '
	done
}

@test "multicast leaves by the pinned interface, whether or not --only names the group" {
	script <<-'END'
		for family, group in (V4, "239.1.2.3"), (V6, "ff05::99"):
		    socket.socket(family, UDP).sendto(b"x", (group, 5000))
	END
	local engine
	for engine in "${ENGINES[@]}"; do
		witness_mark
		run client "$BINDTO" --engine "$engine" -i wlan0 --only 192.0.2.1 -- python3 "$SCRIPT"
		assert_success
		assert_all_by wlan0 198.51.100.2 2001:db8:2::2
	done
}

@test "a resolver's lookups go unpinned if port 53 is excluded, or --only does not name it" {
	need dig
	name_server server names ::
	as_each lookups
}

lookups() {
	local engine rule
	for rule in "-e :53" "--only 192.0.2.0/24:80"; do
		for engine in both supervise; do
			: >"$NETWORK_DIR/names.log"
			# shellcheck disable=SC2086 # options
			run client "$BINDTO" --engine "$engine" -i wlan0 $rule -- dig +short +tries=1 @192.0.2.1 one.example A
			assert_success
			assert_asked "$NETWORK_DIR/names.log" 203.0.113.2 one.example
		done
	done
	: >"$NETWORK_DIR/names.log"
	run client "$BINDTO" -i wlan0 --only :53 -- dig +short +tries=1 @192.0.2.1 one.example A
	assert_success
	assert_asked "$NETWORK_DIR/names.log" 198.51.100.2 one.example
}

@test "-v tells which port was pinned and which was not" {
	run --separate-stderr client "$BINDTO" -v -i wlan0 -e 192.0.2.1:7000 -- "$PROBE/who" 192.0.2.1 7000
	assert_regex "$stderr" 'tcp 203\.0\.113\.2:[0-9]+ -> 192\.0\.2\.1:7000: exempt'
	run --separate-stderr client "$BINDTO" -v -i wlan0 --only 192.0.2.1:7000 -- "$PROBE/who" 192.0.2.1 7000
	assert_regex "$stderr" 'tcp 198\.51\.100\.2:[0-9]+ -> 192\.0\.2\.1:7000 dev wlan0: pinned'
}

@test "a thousand exclusions of ports are found, the last as well as the first" {
	local exclusions=() i
	for ((i = 0; i < 1000; i++)); do
		exclusions+=(-e "192.0.2.1:$((6001 + i))")
	done
	assert_comes_from 203.0.113.2 eth0 "$BINDTO" -i wlan0 "${exclusions[@]}" -- "$PROBE/who" 192.0.2.1 7000
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 "${exclusions[@]:0:1998}" -- "$PROBE/who" 192.0.2.1 7000
}

# says TEXT OPTION...: exit status 125, and this output.
says() {
	run client "$BINDTO" -i lo "${@:2}" true
	assert_equal "$status" 125
	assert_output "bindto: cannot $1"
}

@test "wrong ports are told, with the right spelling" {
	says "exclude '192.0.2.1:0': a port lies between 1 and 65535" -e 192.0.2.1:0
	says "exclude '[2001:db8::1]:65536': a port lies between 1 and 65535" -e '[2001:db8::1]:65536'
	says "pin only '192.0.2.1:90-80': the last port is lower than the first" --only 192.0.2.1:90-80
	says "exclude '192.0.2.0/24:http': 'http' is no port and no range of ports
hint: '192.0.2.0/24:443', or '192.0.2.0/24:8000-8099'" -e 192.0.2.0/24:http
	says "exclude ':': '' is no port and no range of ports
hint: ':443', or ':8000-8099'" -e :
	says "exclude '53': it is not ADDR[/LEN][:PORTS]
hint: did you mean ':53'?" -e 53
	says "pin only 'example.org:443': it is not ADDR[/LEN][:PORTS]
hint: '192.0.2.0/24', '192.0.2.1:443', or '[2001:db8::/32]:443'" --only example.org:443
}

@test "brackets and netmasks that are wrong beside ports are told, with the right spelling" {
	says "exclude '2001:db8::/32:443': brackets part an IPv6 address from its ports
hint: did you mean '[2001:db8::/32]:443'?" -e 2001:db8::/32:443
	says "exclude '2001:db8::1:8000-8099': brackets part an IPv6 address from its ports
hint: did you mean '[2001:db8::1]:8000-8099'?" -e 2001:db8::1:8000-8099
	says "exclude '[2001:db8::]/32:443': brackets part an IPv6 address from its ports
hint: did you mean '[2001:db8::/32]:443'?" -e '[2001:db8::]/32:443'
	says "exclude '[192.0.2.1]:53': brackets are for IPv6 addresses with ports
hint: did you mean '192.0.2.1:53'?" -e '[192.0.2.1]:53'
	says "pin only '192.0.2.0/255.255.255.0:53': it needs a prefix length, not a netmask
hint: did you mean '192.0.2.0/24:53'?" --only 192.0.2.0/255.255.255.0:53
	says "exclude '192.0.2.0/33:53': an IPv4 prefix length is 0 to 32" -e 192.0.2.0/33:53
	says "exclude '[2001:db8::/129]:53': an IPv6 prefix length is 0 to 128" -e '[2001:db8::/129]:53'
}

@test "an address with the prefix length of its network is refused: it may mean either" {
	says "exclude '192.0.2.1/24': it has bits behind the prefix
hint: '192.0.2.1' for this address, '192.0.2.0/24' for all of the prefix" -e 192.0.2.1/24
	says "pin only '192.0.2.1/24:53': it has bits behind the prefix
hint: '192.0.2.1:53' for this address, '192.0.2.0/24:53' for all of the prefix" --only 192.0.2.1/24:53
	says "exclude '[2001:db8::1/64]:53': it has bits behind the prefix
hint: '[2001:db8::1]:53' for this address, '[2001:db8::/64]:53' for all of the prefix" -e '[2001:db8::1/64]:53'
	says "exclude '::ffff:192.0.2.1/120': it has bits behind the prefix
hint: '::ffff:192.0.2.1' for this address, '192.0.2.0/24' for all of the prefix" -e ::ffff:192.0.2.1/120
	says "exclude '::ffff:192.0.2.0/24': it has bits behind the prefix
hint: '::ffff:192.0.2.0' for this address, '::/24' for all of the prefix" -e ::ffff:192.0.2.0/24
	run client "$BINDTO" -i lo -e 192.0.2.1/32 -e ::ffff:192.0.2.1 -e 2001:db8::1/128 true
	assert_success
}

@test "an --only that may pin something else than was meant, or nothing, is refused" {
	says "pin only '2001:db8:9::1:7000': '7000' may be a port, or belong to the address
hint: '[2001:db8:9::1]:7000', or '2001:db8:9::1:7000/128'" --only 2001:db8:9::1:7000
	run client "$BINDTO" -4 -i wlan0 --only 192.0.2.1 --only 2001:db8::/32 -- true
	assert_failure 125
	assert_output "bindto: cannot pin only '2001:db8::/32': IPv6 has no pin"
	run client "$BINDTO" -a 2001:db8:1::3 --only 192.0.2.1 -- true
	assert_output "bindto: cannot pin only '192.0.2.1': IPv4 has no pin"
	run client "$BINDTO" -4 -i wlan0 --only :53 -- true
	assert_success
	run client "$BINDTO" -i wlan0 --only 2001:db8:9::1:7000/128 --only 2001:db8::53 -- true
	assert_success
}

@test "an exclusion that leaves nothing of an --only is refused" {
	says "use '--only 192.0.2.0/24:53' with '--exclude 192.0.2.0/24': nothing of it would be pinned
hint: exclude a part of '192.0.2.0/24:53', or leave out one of them" --only 192.0.2.0/24:53 -e 192.0.2.0/24
	says "use '--only :53' with '--exclude :50-60': nothing of it would be pinned
hint: exclude a part of ':53', or leave out one of them" -e :50-60 --only :53
	run client "$BINDTO" -i lo --only 192.0.2.0/24 -e 192.0.2.0/24:53 true
	assert_success
	run client "$BINDTO" --list --only 192.0.2.0/24
	assert_output "bindto: cannot use '--list' with '--only': it pins nothing"
}

@test "--explain tells what is pinned and what is not" {
	name_servers 192.0.2.9
	explain -s -i wlan0 --only 192.0.2.0/24:80 --only :443 -e 192.0.2.7 -- true
	assert_works
	assert_row only '192\.0\.2\.0/24:80: pinned'
	assert_row only ':443: pinned'
	assert_row others 'reached unpinned'
	assert_row excluded '192\.0\.2\.7: reached unpinned'
	assert_row 'name server' '192\.0\.2\.9: not among the pinned destinations, asked unpinned'
	explain -s -i wlan0 -e 192.0.2.9:53 -e 192.0.2.7 -- true
	assert_row 'name server' '192\.0\.2\.9: excluded, asked unpinned'
	explain -s -i wlan0 -e 192.0.2.9:853 -- true
	assert_row 'name server' '192\.0\.2\.9: asked from the pin'
	explain --json -s -i wlan0 --only 192.0.2.0/24:80 -- true
	assert_equal "$(json 'all["excluded"], all["only"]')" "([], ['192.0.2.0/24:80'])"
}
