#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Sockets that a pinned program did not make: it inherited them from the process that started bindto, or received
# them from a process that is not pinned (SCM_RIGHTS). A socket without a peer is pinned when it gets one. A
# connected socket stays as it is.

load lib/network.bash
load lib/assertions.bash
on_network make_scripts

make_scripts() {
	cat >"$BINDTO_TESTS_DIR/tmp/kinds.py" <<-'END'
		from sockets import *
		# The kinds of sockets: the type, and what the maker has done to it already.
		KINDS = {
		    "tcp": (TCP, lambda s, remote: None),
		    "udp": (UDP, lambda s, remote: None),
		    "udp-bound": (UDP, lambda s, remote: s.bind(("", 0))),
		    "udp-again": (UDP, lambda s, remote: s.connect((remote, WHO))),
		    "udp-connected": (UDP, lambda s, remote: s.connect((remote, WHO))),
		    "tcp-connected": (TCP, lambda s, remote: s.connect((remote, WHO))),
		}
		WAYS = "inherited", "received"
		def remote_of(family): return REMOTE4 if family == V4 else REMOTE6
	END
	# usage: maker.py inherited|received FAMILY COMMAND...: starts COMMAND, which gets a socket of each kind.
	cat >"$BINDTO_TESTS_DIR/tmp/maker.py" <<-'END'
		from kinds import *
		import sys
		family = V4 if sys.argv[2] == "4" else V6
		made = []
		for kind, before in KINDS.values():
		    made.append(socket.socket(family, kind))
		    before(made[-1], remote_of(family))
		numbers = [s.fileno() for s in made]
		if sys.argv[1] == "received":
		    here, there = socket.socketpair()
		    socket.send_fds(here, [b"x"], numbers)
		    numbers = [there.fileno()]
		sys.exit(subprocess.run(sys.argv[3:] + [str(n) for n in numbers], pass_fds=numbers).returncode)
	END
	# usage: user.py inherited|received FAMILY DESCRIPTOR...: prints the source of each kind of socket.
	cat >"$BINDTO_TESTS_DIR/tmp/user.py" <<-'END'
		from kinds import *
		import sys
		family, numbers = V4 if sys.argv[2] == "4" else V6, [int(n) for n in sys.argv[3:]]
		if sys.argv[1] == "received":
		    numbers = socket.recv_fds(socket.socket(fileno=numbers[0]), 1, len(KINDS))[1]
		where = remote_of(family), WHO
		for name, number in zip(KINDS, numbers):
		    s = socket.socket(fileno=number)
		    s.settimeout(5)
		    if name == "udp-again":
		        s.connect(where)
		    print(name, peer_of(s, None if name.endswith(("again", "connected")) else where))
	END
	chmod 644 "$BINDTO_TESTS_DIR"/tmp/*.py
}

# foreign FAMILY SOURCE BINDTO_OPTION...: unconnected sockets send from SOURCE, connected ones from where they did.
foreign() {
	local family=$1 source=$2 way plain
	shift 2
	plain=$([ "$family" = 4 ] && echo 203.0.113.2 || echo 2001:db8:1::2)
	for way in inherited received; do
		run client python3 "$BINDTO_TESTS_DIR/tmp/maker.py" "$way" "$family" \
			"$BINDTO" "$@" -- python3 "$BINDTO_TESTS_DIR/tmp/user.py" "$way" "$family"
		assert_output "tcp $source
udp $source
udp-bound $source
udp-again $source
udp-connected $plain
tcp-connected $plain" || return
	done
}

@test "a socket that a program inherits or receives is pinned when it gets a peer, in each engine" {
	local engine
	for engine in both supervise preload; do
		foreign 4 198.51.100.2 --engine $engine -i wlan0
		foreign 6 2001:db8:2::2 --engine $engine -i wlan0
		foreign 4 203.0.113.3 --engine $engine -a 203.0.113.3
		foreign 6 2001:db8:1::3 --engine $engine -a 2001:db8:1::3
	done
}

@test "a socket that a program inherits or receives leaves by the pinned interface" {
	script <<-'END'
		import sys
		s = socket.socket(V4, UDP)
		sys.exit(subprocess.run(sys.argv[1:] + ["python3", "-c", "from sockets import *;"
		    "socket.socket(fileno=%d).sendto(b'x', (REMOTE4, DISCARD))" % s.fileno()], pass_fds=[s.fileno()]).returncode)
	END
	as_each leaves_by_the_pin
}

leaves_by_the_pin() {
	local engine
	for engine in both supervise preload; do
		witness_mark
		client python3 "$SCRIPT" "$BINDTO" --engine $engine -i wlan0 -- || return
		assert_only 198.51.100.2 wlan0 || return
		# A child of the program inherits it.
		witness_mark
		client python3 "$SCRIPT" "$BINDTO" --engine $engine -i wlan0 -- env || return
		assert_only 198.51.100.2 wlan0 || return
	done
}

takes_a_port() {
	local engine options
	for engine in both supervise preload; do
		for options in '-p 41000-41009' '-i wlan0 -p 41000-41009' '-p 2000-2009'; do
			# shellcheck disable=SC2086 # words
			run client python3 "$SCRIPT" "$BINDTO" --engine $engine $options --
			if [[ $options == *41000* ]]; then
				assert_output 'True True True True True True True True'
			else # of a stream that has listened, nothing tells that the port is gone (FACTS.md)
				assert_output --regexp '^(True ){6}'
			fi
		done
	done
}

@test "a socket that a program inherits takes its port from the range" {
	script <<-'END'
		import sys
		KINDS = (V4, TCP), (V4, UDP), (V6, TCP), (V6, UDP), (V4, UDP), (V6, UDP), (V4, TCP), (V6, TCP)
		if "bindto" in sys.argv[1]:
		    made = [socket.socket(*kind) for kind in KINDS]
		    for s in made[4:6]: # the kernel has chosen a port, which goes with the peer
		        s.connect((REMOTE4 if s.family == V4 else REMOTE6, WHO))
		    for s in made[6:]: # or which goes when it no longer listens
		        s.bind(("", 0))
		        s.listen()
		    numbers = [s.fileno() for s in made]
		    sys.exit(subprocess.run(sys.argv[1:] + ["python3", sys.argv[0], *map(str, numbers)], pass_fds=numbers).returncode)
		for i, ((family, kind), number) in enumerate(zip(KINDS, map(int, sys.argv[1:]))):
		    with socket.socket(fileno=number) as s:
		        if i >= 4:
		            unspec(s)
		        s.connect((REMOTE4 if family == V4 else REMOTE6, WHO))
		        port = s.getsockname()[1]
		        print(2000 <= port < 2010 or 41000 <= port < 41010, end=" " if number != int(sys.argv[-1]) else "\n")
	END
	as_each takes_a_port
}

refuses_mptcp() {
	local engine
	for engine in both supervise preload; do
		witness_mark
		run client python3 "$SCRIPT" "$BINDTO" --engine $engine -i wlan0 --
		assert_output 'ENOTSUP ENOTSUP'
		refute_packets
	done
}

@test "an MPTCP socket that a program inherits is refused, because it would open subflows from other addresses" {
	python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)' 2>/dev/null ||
		skip "this kernel has no MPTCP"
	script <<-'END'
		import sys
		if len(sys.argv) > 1:
		    s = socket.socket(V4, TCP, 262)
		    os.dup2(s.fileno(), 9)
		    os.execvp(sys.argv[1], sys.argv[1:] + ["python3", sys.argv[0]])
		s = socket.socket(fileno=9)
		print(error(s.connect, (REMOTE4, WHO)), error(s.bind, ("", 0)))
	END
	as_each refuses_mptcp
}

takes_no_port_unseen() {
	for engine in both supervise; do
		run client python3 "$SCRIPT" "$BINDTO" --engine $engine -p 2000-2009 --
		assert_output --regexp '^(EPERM|None 200[0-9])$'
	done
}

@test "a socket that a program inherits takes no port outside of the range if the program may not be looked into" {
	script <<-'END'
		import sys
		if len(sys.argv) > 1:
		    s = socket.socket()
		    os.dup2(s.fileno(), 9)
		    os.execvp(sys.argv[1], sys.argv[1:] + ["python3", sys.argv[0]])
		libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
		s = socket.socket(fileno=9)
		failure = error(s.connect, (REMOTE4, WHO))
		print(failure or "None %d" % s.getsockname()[1])
	END
	as_each takes_no_port_unseen
}
