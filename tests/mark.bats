#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --mark: every socket has it, by each engine, and the program may not choose another one.

load lib/network.bash
load lib/assertions.bash
load lib/settings.bash
on_network

WLAN4=198.51.100.2

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
