#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Options that every socket gets when it is made (--priority to --rate; mark.bats has --mark): by each engine, for each
# kind of socket, by libc and by number. The program's own choice comes later, and wins.

load lib/network.bash
load lib/assertions.bash
load lib/settings.bash
on_network

SO_PRIORITY='s.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY)'

@test "--priority is what each socket is made with" {
	VALUES=$SO_PRIORITY as_each assert_born 5 -i wlan0 --priority 5
	VALUES=$SO_PRIORITY as_each assert_born 6 --priority 6
	VALUES=$SO_PRIORITY as_each assert_born 0 -i wlan0
}

@test "the preload engine gives the options, too" {
	run python "$BINDTO" --engine preload -i wlan0 --priority 5 -- <<-END
		for family in V4, V6:
		    for kind in TCP, UDP:
		        s = socket.socket(family, kind)
		        print($SO_PRIORITY)
	END
	assert_output $'5\n5\n5\n5'
}

@test "what the program itself chooses later wins" {
	local engine
	for engine in both preload supervise; do
		run python "$BINDTO" --engine $engine -i wlan0 --priority 5 -- <<-END
			s = socket.socket()
			s.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 2)
			s.connect((REMOTE4, HOLD))
			print($SO_PRIORITY)
		END
		assert_output 2
	done
}

@test "--explain tells the options for sockets, and by which uplink the mark leads" {
	in_client ip rule add fwmark 8 lookup 78
	in_client ip route add default via 198.51.100.1 dev wlan0 table 78
	run in_client "$BINDTO" --explain --mark 8 --ttl 9 true
	assert_success
	assert_line --regexp '^IPv4 +by wlan0 via 198.51.100.1 '
	assert_line --regexp '^  unpinned +by eth0 via 203.0.113.1 '
	assert_line --regexp '^sockets +mark 8, ttl 9$'
	run in_client "$BINDTO" --explain --json --mark 8 --ttl 9 true
	assert_output --partial '"mark": "8"'
	in_client ip rule del fwmark 8
	run in_client "$BINDTO" --explain -i wlan0 true
	refute_output --partial sockets
}

# number LEVEL NAME: the option of s, in python.
number() {
	echo "s.getsockopt($1, $2)"
}

@test "--dscp and --ttl are what each socket is made with" {
	VALUES="$(number 0 1), s.family == V4 or $(number 41 67)" \
		as_each assert_born $'(184, 184)\n(184, True)' -i wlan0 --dscp ef
	VALUES="$(number 0 2), s.family == V4 or $(number 41 16)" as_each assert_born $'(9, 9)\n(9, True)' --ttl 9
}

@test "the DSCP and the TTL are in the packets of both families" {
	cat >"$BATS_TEST_TMPDIR/headers.py" <<-'END'
		import sys
		from sockets import *
		v4, v6 = socket.socket(V4, UDP), socket.socket(V6, UDP)
		for option in 13, 12: v4.setsockopt(0, option, 1)   # IP_RECVTOS, IP_RECVTTL
		for option in 66, 51: v6.setsockopt(41, option, 1)  # IPV6_RECVTCLASS, IPV6_RECVHOPLIMIT
		v4.bind((REMOTE4, 7100)), v6.bind((REMOTE6, 7100))
		open(sys.argv[1] + ".ready", "w")
		seen = [sorted(data[0] for _, _, data in s.recvmsg(9, 200)[1]) for s in (v4, v6)]
		open(sys.argv[1] + ".part", "w").write("%s\n" % seen)
		os.rename(sys.argv[1] + ".part", sys.argv[1])
	END
	local seen=$BATS_TEST_TMPDIR/seen engine
	for engine in both preload supervise; do
		rm -f "$seen" "$seen.ready"
		start server env PYTHONPATH="$PYTHONPATH" python3 "$BATS_TEST_TMPDIR/headers.py" "$seen"
		wait_until test -e "$seen.ready"
		python "$BINDTO" --engine $engine -i wlan0 --dscp af41 --ttl 9 -- <<-'END'
			socket.socket(V4, UDP).sendto(b"x", (REMOTE4, 7100))
			socket.socket(V6, UDP).sendto(b"x", (REMOTE6, 7100))
		END
		wait_until test -e "$seen"
		assert_equal "$(cat "$seen")" "[[8, 136], [8, 136]]" # a router has taken one from the TTL
	done
}

@test "the largest segment is what the peer's kernel keeps to" {
	start server python3 -c "
import os, socket
listener = socket.create_server(('192.0.2.1', 7200))
open('$BATS_TEST_TMPDIR/listens', 'w')
peer = listener.accept()[0]
open('$BATS_TEST_TMPDIR/part', 'w').write(str(peer.getsockopt(6, 2)))
os.rename('$BATS_TEST_TMPDIR/part', '$BATS_TEST_TMPDIR/mss')"
	wait_until test -e "$BATS_TEST_TMPDIR/listens"
	python "$BINDTO" -i wlan0 --mss 600 -- <<<'socket.socket().connect((REMOTE4, 7200))'
	wait_until test -e "$BATS_TEST_TMPDIR/mss"
	assert_equal "$(cat "$BATS_TEST_TMPDIR/mss")" 588 # 600 without 12 bytes of timestamps
}

@test "--rate is what each socket is made with" {
	VALUES="$(number 1 47)" as_each assert_born 512000 -i wlan0 --rate 500k
}

@test "--mss and --keepalive are options of TCP" {
	VALUES="s.type == UDP or $(number 6 2)" as_each assert_born $'900\nTrue' -i wlan0 --mss 900
	VALUES="s.type == UDP or ($(number 1 9), $(number 6 4), $(number 6 5), $(number 6 6))" \
		as_each assert_born $'(1, 60, 10, 3)\nTrue' -i wlan0 --keepalive 60,10,3
}

# assert_refused OPTION RIGHT VALUE...: each VALUE is none, and RIGHT is what would be right. VALUE=>MEANT: MEANT is hinted at.
assert_refused() {
	local option=$1 right=$2 value meant
	shift 2
	for value in "$@"; do
		meant=
		[[ $value != *"=>"* ]] || meant=$'\n'"hint: did you mean '${value#*=>}'?"
		value=${value%=>*}
		run client "$BINDTO" "$option" "$value" touch "$BINDTO_TESTS_DIR/user/started"
		assert_failure 125
		assert_output "bindto: cannot use '$option $value': it is not $right$meant"
	done
	refute [ -e "$BINDTO_TESTS_DIR/user/started" ]
}

# congestion: sets $other to an algorithm that every user may choose, and that is not the default.
congestion() {
	other=reno
	! in_client grep -qx reno /proc/sys/net/ipv4/tcp_congestion_control || other=cubic
}

@test "--congestion is what TCP sockets are made with" {
	local other
	congestion
	VALUES="s.type == UDP or s.getsockopt(6, 13, 16).rstrip(b'\0').decode()" \
		as_each assert_born "True"$'\n'$other -i wlan0 --congestion "$other"
	run client "$BINDTO" --engine preload -i wlan0 --congestion "$other" bash -c "exec 3<>/dev/tcp/192.0.2.1/7001; ss -tinH dport 7001"
	assert_output --regexp "198.51.100.2.*192.0.2.1:7001"$'\n'"[[:space:]]+$other "
}

@test "an algorithm that is not there or not allowed is refused, with the nearest one" {
	local name available allowed
	available=$(</proc/sys/net/ipv4/tcp_available_congestion_control)
	allowed=$(</proc/sys/net/ipv4/tcp_allowed_congestion_control)
	run client "$BINDTO" --congestion renno true
	assert_failure 125
	assert_output "bindto: cannot use '--congestion renno': no such algorithm is loaded
hint: did you mean 'reno'?"
	run client "$BINDTO" --congestion zzz touch "$BINDTO_TESTS_DIR/user/started"
	assert_failure 125
	assert_line --index 1 --regexp "^hint: there are .*reno.*; root's 'modprobe tcp_zzz' may load it$"
	for name in "" "a b" 0123456789abcdef; do
		run client "$BINDTO" --congestion="$name" true
		assert_failure 125
		assert_output "bindto: cannot use '--congestion $name': it is not a name of at most 15 characters
hint: there are ${allowed// /, }"
	done
	for name in $available; do
		! grep -qw "$name" /proc/sys/net/ipv4/tcp_allowed_congestion_control || continue
		run client "$BINDTO" --congestion "$name" true
		assert_failure 125
		assert_line --index 0 "bindto: cannot use '--congestion $name': it needs CAP_NET_ADMIN if net.ipv4.tcp_allowed_congestion_control does not name it"
		run in_client "$BINDTO" --congestion "$name" true
		assert_success
	done
}

@test "a value that is none is refused, and what would be right is said" {
	assert_refused --priority "a number from 0 to 6, and higher for root" x -1 "" 99999999999
	assert_refused --dscp "a number from 0 to 63, or a name: be, le, cs0 to cs7, af11 to af43, va, ef" 64 x "" 0x40 af50 \
		"0x2e=>46" "0X2E=>46" "af44=>af41" "af4=>af41" "cs8=>cs0" "af14=>af11" "cs11=>cs1" "eff=>ef"
	assert_refused --ttl "a number from 1 to 255" 0 256 x "0x40=>64" 0x100
	assert_refused --mss "a number of bytes from 88 to 32767" 87 32768 1k
	assert_refused --keepalive "IDLE[,EVERY[,N]]: seconds from 1 to 32767, and N from 1 to 127" \
		0 32768 60, 60,0 60,10,128 60,10,3,1 ,10 x
	assert_refused --rate "a number of bytes a second below 4G, plain or with k, M or G for multiples of 1024" \
		0 4G 1.5M k "" 500kb 500kbit 5g "1m=>1M" "500K=>500k" "500kB=>500k" "2MiB=>2M" "1g=>1G"
	run client "$BINDTO" --priority 7 true
	assert_failure 125
	assert_line --index 0 "bindto: cannot use '--priority 7': it needs CAP_NET_ADMIN for more than 6"
	run in_client "$BINDTO" --priority 7 true
	assert_success
}

@test "each name of a DSCP is its number" {
	local word names
	names=$(sed -n 's/^- dscp value //p' "$BINDTO_BUILD/packaging/completions/bindto.bash")
	[ "$names" ]
	for word in $names; do
		run client "$BINDTO" --dscp "$word" true
		assert_success
	done
	for word in cs0:0 cs7:56 be:0 df:0 le:1 af11:10 AF43:38 va:44 EF:46 63:63; do
		run python "$BINDTO" --dscp "${word%:*}" -- <<<"s = socket.socket(); print($(number 0 1) >> 2)"
		assert_output "${word#*:}"
	done
}

@test "an option for sockets is given once, and not with --list" {
	run client "$BINDTO" --ttl 1 --ttl 2 true
	assert_failure 125
	assert_output "bindto: cannot use '--ttl' more than once: it takes one value"
	run client "$BINDTO" --list --ttl 1
	assert_failure 125
	assert_output --regexp "^bindto: cannot use '(-l|--list)' with '--ttl': it pins nothing$"
}
