#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Options that every socket gets when it is made (--mark to --rate): by each engine, for each kind of
# socket, by libc and by number. The program's own choice comes later, and wins but for the mark.

load lib/network.bash
load lib/assertions.bash
on_network

WLAN4=198.51.100.2

# born OPTION...: what the sockets of a program have under bindto OPTION..., as VALUES (a python
# expression of s, the socket) says; once if they all have the same.
born() {
	{
		cat <<-END
			def values(s):
			    return $VALUES
		END
		cat <<-'END'
			seen = set()
			for family in V4, V6:
			    for kind in TCP, UDP:
			        seen.add(values(socket.socket(family, kind)))
			        seen.add(values(socket.socket(fileno=by_number("socket", family, kind, 0))))
			for value in sorted(map(str, seen)): print(value)
		END
	} | python "$BINDTO" "$@" --
}

# assert_born VALUE OPTION...: in the engines that see calls by number, all sockets have VALUE.
assert_born() {
	local engine value=$1
	shift
	for engine in both supervise; do
		run born --engine $engine "$@"
		assert_success
		assert_output "$value"
	done
}

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

SO_MARK='s.getsockopt(socket.SOL_SOCKET, socket.SO_MARK) & 0xffffffff'

@test "--mark is what each socket is made with" {
	export WHO=root
	VALUES=$SO_MARK assert_born 7 -i wlan0 --mark 7
	VALUES=$SO_MARK assert_born 4294967295 --mark 0xffffffff
	run python "$BINDTO" --engine preload --mark 7 -- <<<"print(*[$SO_MARK for s in map(socket.socket, (V4, V6), (TCP, UDP))])"
	assert_output "7 7"
}

@test "by its mark a program's packets take the routing table of an ip rule" {
	export WHO=root
	in_client ip rule add fwmark 7 lookup 77
	in_client ip route add default via 198.51.100.1 dev wlan0 table 77
	for engine in both preload supervise; do
		witness_mark
		run in_client "$BINDTO" --engine $engine --mark 7 -- "$PROBE/who" 192.0.2.1 7000
		assert_success
		assert_only 198.51.100.2 wlan0
	done
	witness_mark
	run in_client "$PROBE/who" 192.0.2.1 7000
	assert_only 203.0.113.2 eth0
	in_client ip rule del fwmark 7
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

# mark_has_rule ANSWER [OPTION...]: --json says so.
mark_has_rule() {
	assert_equal "$(in_client "$BINDTO" --explain --json -i wlan0 "${@:2}" true |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["mark_has_rule"])')" "$1"
}

@test "--explain tells that no rule of the system looks at the mark" {
	local mark words='^  mark +no .ip rule. looks at it$'
	run in_client "$BINDTO" --explain --mark 9 -i wlan0 true
	assert_success
	assert_line --regexp "$words"
	mark_has_rule False --mark 9
	run in_client "$BINDTO" --explain -i wlan0 true
	refute_line --regexp "$words"
	mark_has_rule None
	for mark in '-4 9' '-4 1/1' '-6 9'; do
		in_client ip "${mark% *}" rule add fwmark "${mark#* }" lookup 78
		run in_client "$BINDTO" --explain --mark 9 -i wlan0 true
		mark_has_rule True --mark 9
		in_client ip "${mark% *}" rule del fwmark "${mark#* }" lookup 78
		refute_line --regexp "$words"
	done
	in_client ip rule add fwmark 2/2 lookup 78
	run in_client "$BINDTO" --explain --mark 9 -i wlan0 true
	assert_line --regexp "$words"
	run in_client "$BINDTO" --explain --mark 9/13 -i wlan0 true # the program may have the bit of 2
	refute_line --regexp "$words"
	in_client ip rule del fwmark 2/2 lookup 78
}

@test "a program may not choose another mark, for a socket or for a datagram" {
	local engine
	export WHO=root
	for engine in both preload supervise; do
		run python "$BINDTO" --engine $engine --mark 7 -- <<-END
			def mark(number): return struct.pack("=I", number)
			s = socket.socket(V4, UDP)
			print(error(s.setsockopt, socket.SOL_SOCKET, socket.SO_MARK, mark(8)))
			print(error(s.setsockopt, socket.SOL_SOCKET, socket.SO_MARK, mark(7)), $SO_MARK)
			for number in 8, 7:
			    message = [(socket.SOL_SOCKET, socket.SO_MARK, mark(number))]
			    print(error(s.sendmsg, [b"x"], message, 0, (REMOTE4, DISCARD)))
		END
		assert_output $'EPERM\nNone 7\nEPERM\nNone'
	done
	run python <<-END
		s = socket.socket(V4, UDP)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 8)
		print(error(s.sendmsg, [b"x"], [(socket.SOL_SOCKET, socket.SO_MARK, struct.pack("=I", 9))], 0, (REMOTE4, DISCARD)))
	END
	assert_output None
}

@test "a socket that a program inherits gets the mark with its peer" {
	local engine
	export WHO=root
	for engine in both preload supervise; do
		run python <<-END
			import sys
			made = [socket.socket(V4, TCP), socket.socket(V6, UDP), socket.socket(V4, UDP)]
			for s in made: s.set_inheritable(True)
			code = """
			from sockets import *
			tcp, udp, sends = (socket.socket(fileno=int(fd)) for fd in sys.argv[1:])
			tcp.connect((REMOTE4, HOLD)), udp.connect((REMOTE6, DISCARD)), sends.sendto(b"x", (REMOTE4, DISCARD))
			print(*[$SO_MARK for s in (tcp, udp, sends)])
			"""
			subprocess.run(["$BINDTO", "--engine", "$engine", "--mark", "7", "--", "python3", "-c", "import sys" + code,
			    *[str(s.fileno()) for s in made]], close_fds=False)
		END
		assert_output "7 7 7"
	done
}

@test "an inherited socket that is bound to the pin already gets the mark, too" {
	local engine pin
	export WHO=root
	for pin in "-a $WLAN4" "-i wlan0"; do
		for engine in both preload supervise; do
			run python <<-END
				import sys
				made = [born(WLAN4), born(WLAN4, UDP), born(WLAN6)]
				for s in made: s.set_inheritable(True)
				code = """
				from sockets import *
				for fd in sys.argv[1:]:
				    s = socket.socket(fileno=int(fd))
				    s.setblocking(True)
				    peer = REMOTE4 if s.family == V4 else REMOTE6
				    print(error(s.connect, (peer, HOLD)) or $SO_MARK, end=" ")
				"""
				subprocess.run(["$BINDTO", *"--engine $engine $pin --mark 7 --".split(), "python3", "-c", "import sys" + code,
				    *[str(s.fileno()) for s in made]], close_fds=False)
			END
			[ "$pin" = "-i wlan0" ] || assert_output "7 7 ENETUNREACH "
			[ "$pin" != "-i wlan0" ] || assert_output "7 7 7 "
		done
	done
}

# with_mark COMMAND...: as a user who may give marks.
with_mark() {
	in_client setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+net_raw --ambient-caps=+net_raw "$@"
}

@test "inherited sockets of a process that forbids to be inspected leave with the mark or not at all" {
	local engine
	cat >"$BINDTO_TESTS_DIR/tmp/forbids.py" <<-END
		import sys
		from sockets import *
		libc.prctl(4, 0, 0, 0, 0) # PR_SET_DUMPABLE
		for fd in sys.argv[1:]:
		    s = socket.socket(fileno=int(fd))
		    failure = error(s.connect, (REMOTE4 if s.family == V4 else REMOTE6, HOLD))
		    print(failure is not None or $SO_MARK == 7)
	END
	for engine in both supervise; do
		run with_mark env PYTHONPATH="$PYTHONPATH" python3 - <<-END
			from sockets import *
			made = [socket.socket(V4), socket.socket(V6), socket.socket(V4, UDP), born(WLAN4)]
			for s in made: s.set_inheritable(True)
			subprocess.run(["$BINDTO", "--engine", "$engine", "-i", "wlan0", "--mark", "7", "--", "python3",
			    "$BINDTO_TESTS_DIR/tmp/forbids.py", *[str(s.fileno()) for s in made]], close_fds=False)
		END
		assert_output $'True\nTrue\nTrue\nTrue'
	done
}

@test "a program that drops its rights goes on to use the sockets that it has made" {
	local engine
	export WHO=root
	for engine in both preload supervise; do
		run python "$BINDTO" --engine $engine -i wlan0 --mark 7 -- <<-END
			made = [socket.socket(V4), socket.socket(V6), socket.socket(V4, UDP)]
			os.setresgid(65534, 65534, 65534), os.setresuid(65534, 65534, 65534)
			print(*[error(s.connect, (REMOTE4 if s.family == V4 else REMOTE6, HOLD)) for s in made])
			print(error(socket.socket))
		END
		assert_output $'None None None\nEPERM'
	done
}

@test "options for sockets do not take an outer pin away" {
	local outer
	for outer in "" "--engine preload" --strict; do
		# shellcheck disable=SC2086 # words
		run client "$BINDTO" $outer -a "$WLAN4" "$BINDTO" --ttl 3 "$PROBE/who" 192.0.2.1 7000
		assert_failure 125
		assert_line --index 0 --regexp "^bindto: cannot run '.*who' without an address or an interface: another bindto"
	done
}

@test "another mark within a bindto that holds one is refused, and the message says who holds it" {
	local outer
	for outer in both supervise; do
		run in_client "$BINDTO" --engine $outer --mark 7 "$BINDTO" --engine preload -i wlan0 --mark 8 touch "$BINDTO_TESTS_DIR/user/started"
		assert_failure 125
		assert_output "bindto: cannot use '--mark 8': another bindto runs this one, and holds its own mark
hint: leave out '--mark 8' here, or give it to the outer bindto"
		run in_client "$BINDTO" --engine $outer --mark 7 "$BINDTO" -i wlan0 --mark 7 true
		refute_output --partial mark
		# The outer one holds none, and the capability is what lacks.
		run client "$BINDTO" --engine $outer -i wlan0 "$BINDTO" -i wlan0 --mark 8 true
		assert_line --index 0 "bindto: cannot use '--mark 8': it needs CAP_NET_ADMIN or CAP_NET_RAW"
	done
	refute [ -e "$BINDTO_TESTS_DIR/user/started" ]
}

@test "without the capability a mark is refused before anything is started" {
	run client "$BINDTO" --mark 7 touch "$BINDTO_TESTS_DIR/user/started"
	assert_failure 125
	assert_line --index 0 "bindto: cannot use '--mark 7': it needs CAP_NET_ADMIN or CAP_NET_RAW"
	assert_line --index 1 --regexp '^hint: run bindto by sudo, or as you: sudo setpriv .*--regid.*--ambient-caps \+net_admin'
	refute [ -e "$BINDTO_TESTS_DIR/user/started" ]
	# bindto has it, but what it starts would not.
	install -m 755 "$BINDTO" "$BATS_TEST_TMPDIR/bindto"
	setcap cap_net_admin=ep "$BATS_TEST_TMPDIR/bindto"
	chmod a+rx "$BATS_TEST_TMPDIR"
	run in_client setpriv --reuid=65534 --regid=65534 --clear-groups "$BATS_TEST_TMPDIR/bindto" --mark 7 true
	assert_failure 125
	assert_line --index 0 "bindto: cannot use '--mark 7': it needs CAP_NET_ADMIN or CAP_NET_RAW"
	assert_line --index 1 --regexp '^hint: run bindto by sudo, or as you: sudo setpriv .*--regid.*--ambient-caps \+net_admin'
	run in_client setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+net_admin --ambient-caps=+net_admin \
		"$BINDTO" --mark 7 "$PROBE/who" 192.0.2.1 7000
	assert_success
}

@test "with a mask, --mark changes and holds its bits alone" {
	local engine
	export WHO=root
	VALUES=$SO_MARK assert_born 7 -i wlan0 --mark 7/0xff
	VALUES=$SO_MARK assert_born 1792 --mark 0x700/65280
	for engine in both preload supervise; do
		run python <<-END
			import sys
			def mark(number): return struct.pack("=I", number)
			made = [socket.socket(V4, TCP), socket.socket(V6, UDP), socket.socket(V4, UDP)]
			for s in made:
			    s.set_inheritable(True)
			    s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 0x1203)
			code = r'''
			from sockets import *
			def mark(number): return struct.pack("=I", number)
			tcp, udp, sends = (socket.socket(fileno=int(fd)) for fd in sys.argv[1:])
			tcp.connect((REMOTE4, HOLD)), udp.connect((REMOTE6, DISCARD)), sends.sendto(b"x", (REMOTE4, DISCARD))
			print(*[hex($SO_MARK) for s in (tcp, udp, sends)])
			s = socket.socket(V4, UDP)
			for number in 0x108, 0x107, 0x7:
			    message = [(socket.SOL_SOCKET, socket.SO_MARK, mark(number))]
			    print(error(s.setsockopt, socket.SOL_SOCKET, socket.SO_MARK, mark(number)), hex($SO_MARK),
			        error(s.sendmsg, [b"x"], message, 0, (REMOTE4, DISCARD)))
			'''
			subprocess.run(["$BINDTO", "--engine", "$engine", "--mark", "7/0xff", "--", "python3", "-c", "import sys" + code,
			    *[str(s.fileno()) for s in made]], close_fds=False)
		END
		assert_output $'0x1207 0x1207 0x1207\nEPERM 0x7 EPERM\nNone 0x107 None\nNone 0x7 None'
	done
}

@test "the bits outside the mask stay as a BPF program of the cgroup has set them" {
	local engine
	export WHO=root
	for engine in both preload supervise; do
		run in_client python3 "$BINDTO_TESTS_DIR/lib/marked_cgroup.py" 0x1203 \
			"$BINDTO" --engine $engine -i wlan0 --mark 7/0xff -- python3 -c "if True:
				from sockets import *
				print({hex($SO_MARK) for family in (V4, V6) for kind in (TCP, UDP) for s in [socket.socket(family, kind)]})"
		[ "$status" -ne 77 ] || skip "no BPF program for a cgroup: $output"
		assert_output "{'0x1207'}"
	done
}

@test "a mark is a number, in decimal or hexadecimal digits" {
	local value
	for value in 0x 0x1g 010 7/007 -1 +1 4294967296 0x100000000 0xfffffffffffffffff 1.5 "" " 1" 7/ /7 7/0x 7/0xff/1 \
		7/4294967296 8/7 0x100/0xff 0/0; do
		run in_client "$BINDTO" --mark "$value" true
		assert_failure 125
		assert_output "bindto: cannot use '--mark $value': it is not N or N/MASK: numbers up to 4294967295 or 0xffffffff, with no bit of N outside MASK"
	done
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
