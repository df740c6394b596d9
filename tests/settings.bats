#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Options that every socket gets when it is made (--mark, --priority): by each engine, for each kind of
# socket, by libc and by number. The program's own choice comes later, and wins but for the mark.

load lib/network.bash
load lib/assertions.bash

setup_file() {
	network_up
}

teardown_file() {
	network_down
}

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
			for value in sorted(seen): print(value)
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

@test "without the capability a mark is refused before anything is started" {
	run client "$BINDTO" --mark 7 touch "$BINDTO_TESTS_DIR/user/started"
	assert_failure 125
	assert_output "bindto: cannot use '--mark 7': it needs CAP_NET_ADMIN or CAP_NET_RAW"
	refute [ -e "$BINDTO_TESTS_DIR/user/started" ]
	# bindto has it, but what it starts would not.
	install -m 755 "$BINDTO" "$BATS_TEST_TMPDIR/bindto"
	setcap cap_net_admin=ep "$BATS_TEST_TMPDIR/bindto"
	chmod a+rx "$BATS_TEST_TMPDIR"
	run in_client setpriv --reuid=65534 --regid=65534 --clear-groups "$BATS_TEST_TMPDIR/bindto" --mark 7 true
	assert_failure 125
	assert_output "bindto: cannot use '--mark 7': it needs CAP_NET_ADMIN or CAP_NET_RAW"
	run in_client setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+net_admin --ambient-caps=+net_admin \
		"$BINDTO" --mark 7 "$PROBE/who" 192.0.2.1 7000
	assert_success
}

@test "a mark is a number, in decimal or hexadecimal digits" {
	local value
	for value in 0x 0x1g -1 +1 4294967296 0x100000000 0xfffffffffffffffff 1.5 "" " 1"; do
		run in_client "$BINDTO" --mark "$value" true
		assert_failure 125
		assert_output "bindto: cannot use '--mark $value': it is not a number from 0 to 4294967295 or 0xffffffff"
	done
}

@test "a value that is none is refused, and what would be right is said" {
	run client "$BINDTO" --priority x true
	assert_failure 125
	assert_output "bindto: cannot use '--priority x': it is not a number from 0 to 6, and higher for root"
	run client "$BINDTO" --priority 7 true
	assert_failure 125
	assert_output "bindto: cannot use '--priority 7': it needs CAP_NET_ADMIN for more than 6"
	run in_client "$BINDTO" --priority 7 true
	assert_success
}
