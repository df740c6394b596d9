#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# While a program runs, its pinned interface gets other addresses, loses its carrier, is deleted and made again under
# its name with another index, or gets another name. Without the interface, every call fails and nothing leaves
# elsewhere; when it is back, new sockets work.

load lib/network.bash
load lib/assertions.bash
load lib/programs.bash
load lib/changes.bash
export WITNESS_UPLINKS=eth0=to-eth0 # the witness would lose wlan0; the server tells who comes by it
on_network make_script

make_script() {
	cat >"$BINDTO_TESTS_DIR/tmp/changes.py" <<-'END'
		# usage: changes.py DIRECTORY: makes a socket of each kind when DIRECTORY/before, then gone, then after exists.
		import time
		import sys
		from sockets import *
		directory = sys.argv[1]

		def source(family, kind):
		    with socket.socket(family, kind) as s:
		        s.settimeout(2)
		        return peer_of(s, (REMOTE4 if family == V4 else REMOTE6, WHO))

		def listener(family):
		    with socket.socket(family, TCP) as s:
		        s.bind(("", 0))
		        s.listen()
		        return s.getsockname()[0]

		def tell(act, *arguments):
		    try:
		        return act(*arguments)
		    except OSError as failure:
		        return errno.errorcode[failure.errno]

		for when in "before", "gone", "after":
		    while not os.path.exists(directory + "/" + when):
		        time.sleep(0.02)
		    for family in V4, V6:
		        print(when, 4 if family == V4 else 6, tell(source, family, TCP), tell(source, family, UDP),
		              tell(listener, family), flush=True)
		    open(directory + "/" + when + ".done", "w").close()
	END
}

# at WHEN: tells the program to make its sockets, and waits until it has made them.
at() {
	touch "$go/$1"
	wait_until test -e "$go/$1.done"
}

deleted_and_made_again() {
	local pid
	go=$(mktemp -d "$BINDTO_TESTS_DIR/tmp/go.XXXXXX")
	chmod 777 "$go"
	client "$BINDTO" "${BY[@]}" -i wlan0 -- python3 "$BINDTO_TESTS_DIR/tmp/changes.py" "$go" >"$go/out" 2>&1 &
	pid=$!
	at before
	in_ns client ip link del wlan0
	at gone
	wlan0_made_again
	at after
	wait "$pid"
	run grep -v '^gone' "$go/out"
	assert_output "before 4 198.51.100.2 198.51.100.2 198.51.100.2
before 6 2001:db8:2::2 2001:db8:2::2 ::
after 4 198.51.100.2 198.51.100.2 198.51.100.2
after 6 2001:db8:2::2 2001:db8:2::2 ::"
	run grep '^gone' "$go/out"
	refute_output --regexp '[0-9]\.[0-9]|::'
	[ "${#lines[@]}" -eq 2 ]
}

@test "when the interface is back under its name, new sockets are pinned to it: the default engine" {
	BY=()
	as_each deleted_and_made_again
}

@test "when the interface is back under its name, new sockets are pinned to it: --engine preload" {
	BY=(--engine preload)
	as_each deleted_and_made_again
}

@test "when the interface is back under its name, new sockets are pinned to it: --strict" {
	BY=(--strict)
	as_each deleted_and_made_again
}

# The commands that a pinned shell starts after the change get the pin that the shell was started with.
pinned_shell() {
	local pid
	go=$(mktemp -d "$BINDTO_TESTS_DIR/tmp/go.XXXXXX")
	chmod 777 "$go"
	client "$BINDTO" "${BY[@]}" -i wlan0 -- bash -c 'touch "$0/ready"; while [ ! -e "$0/go" ]; do sleep 0.02; done
		for target in 192.0.2.1 [2001:db8:9::1]; do curl -sS "http://$target/"; done' "$go" >"$go/out" 2>&1 &
	pid=$!
	wait_until test -e "$go/ready"
	in_ns client ip link del wlan0
	wlan0_made_again
	touch "$go/go"
	wait "$pid" || :
	run cat "$go/out"
	assert_output $'198.51.100.2\n2001:db8:2::2'
}

@test "when the interface is back under its name, commands of a pinned shell are pinned to it" {
	for engine in both preload supervise; do
		BY=(--engine "$engine")
		as_each pinned_shell
	done
}

# --- Programs that go on through all changes: they read peers from standard input, and print for each the address
# from which the server saw them, or "no". ---

# ask_all ANSWER4 ANSWER6: the program reaches the server from these addresses.
ask_all() {
	local question answer line
	for question in "$ask4" "$ask6"; do
		echo "$question" >&"${program[1]}"
	done
	for answer in "$1" "$2"; do
		read -r -t 30 -u "$answers" line
		[ "$line" = "$answer" ] || fail "after $change: $line, not $answer ($WHO, ${BY[*]}, $question)"
	done
}

# through_changes COMMAND...: COMMAND goes through every change of wlan0, pinned to it.
through_changes() {
	local engine
	for engine in ${ENGINES:-both preload supervise}; do
		BY=(--engine "$engine")
		witness_mark
		coproc program { client "$BINDTO" "${BY[@]}" -i wlan0 -- "$@" 2>/dev/null; }
		program_pid=$!
		exec {answers}<&"${program[0]}"
		every_change
		eval "exec ${program[1]}>&-"
		wait "$program_pid" || :
		exec {answers}<&-
		nothing_by_eth0
	done
}

every_change() {
	change=start
	ask_all 198.51.100.2 2001:db8:2::2
	change='a new lease'
	wlan0_has 9
	ask_all 198.51.100.9 2001:db8:2::9
	change='the carrier is lost'
	ip -n router link set to-wlan0 down
	ask_all no no
	change='the carrier is back'
	wlan0_has_carrier_again
	ask_all 198.51.100.9 2001:db8:2::9
	change='the interface is deleted'
	in_ns client ip link del wlan0
	ask_all no no
	change='the interface is made again'
	wlan0_made_again
	ask_all 198.51.100.2 2001:db8:2::2
	change='the interface is made again with another address'
	in_ns client ip link del wlan0
	wlan0_made_again
	wlan0_has 7
	ask_all 198.51.100.7 2001:db8:2::7
	wlan0_again
}

@test "a shell's curl loop goes through new leases, a lost carrier and an interface that is made again" {
	need curl
	ask4=http://192.0.2.1/ ask6='http://[2001:db8:9::1]/'
	as_each through_changes bash -c 'while read -r url; do curl -sS -m 2 "$url" || echo no; done'
}

@test "a Go program goes through new leases, a lost carrier and an interface that is made again" {
	need go curl
	local client=$BINDTO_TESTS_DIR/tmp/go-client
	make_go_client "$client" 0
	ask4='tcp 192.0.2.1:7000' ask6='tcp [2001:db8:9::1]:7000'
	ENGINES='both supervise' WHO=root through_changes "$client" loop
	ask4='udp 192.0.2.1:7000' ask6='udp [2001:db8:9::1]:7000'
	ENGINES='both supervise' WHO=user through_changes "$client" loop
}

# --- The interface's name and index come apart. ---

kinds_script() {
	cat >"$BINDTO_TESTS_DIR/tmp/kinds.py" <<-'END'
		# usage: kinds.py KIND...: for each line of standard input, sends by a new socket of each kind, over both families,
		# and prints the addresses from which the server saw them, or "no".
		import sys
		from sockets import *

		def tcp(family): return peer_of(made(family, TCP), to(family))
		def bound(family): return peer_of(made(family, TCP, 7777), to(family))
		def udp(family): return peer_of(made(family, UDP), to(family))
		def connected(family): return asked(made(family, UDP), to(family))
		def wildcard(family): return peer_of(made(family, UDP, 7777), to(family))
		def both(family): return asked(made(family, UDP, 7777), to(family))
		def named(family): return peer_of(made(family, UDP, 7777, "198.51.100.9" if family == V4 else "2001:db8:2::9"), to(family))

		def to(family):
		    return (REMOTE4 if family == V4 else REMOTE6, WHO)

		def made(family, kind, port=None, address=""):
		    global last
		    last = socket.socket(family, kind)
		    last.settimeout(2)
		    if port:
		        last.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		        last.bind((address, port))
		    return last

		def asked(sock, peer):
		    sock.connect(peer)
		    return peer_of(sock)

		for line in sys.stdin:
		    for kind in sys.argv[1:]:
		        for family in V4, V6:
		            try:
		                print(globals()[kind](family), end=" ")
		            except OSError:
		                print("no", end=" ")
		            last.close()
		    print(flush=True)
	END
}

# answer: has the program go on, and reads its answer into $line.
answer() {
	echo >&"${program[1]}"
	read -r -t 60 -u "$answers" line
}

begin_kinds() {
	coproc program { client "$BINDTO" "${BY[@]}" -i wlan0 -- python3 "$BINDTO_TESTS_DIR/tmp/kinds.py" "$@"; }
	program_pid=$!
	exec {answers}<&"${program[0]}"
	answer
	[[ $line =~ ^((198.51.100.[29]|no)\ (2001:db8:2::[29]|no)\ ?)+$ ]] || fail "$line"
	witness_mark
}

end_kinds() {
	eval "exec ${program[1]}>&-"
	wait "$program_pid"
	exec {answers}<&-
	nothing_by_eth0
}

# In the default engine and under --engine preload, the library holds an unconnected UDP socket of IPv4 by the index
# (LIMITATIONS in the manual); the supervisor sees the change.
kinds_of_engine() {
	BY=(--engine "$1")
	kinds=(tcp bound connected wildcard both named)
	[ "$1" != supervise ] || kinds+=(udp)
}

renamed() {
	local engine
	for engine in both preload supervise; do
		kinds_of_engine "$engine"
		begin_kinds "${kinds[@]}"
		in_ns client ip link set wlan0 name wlan9
		answer
		in_ns client ip link set wlan9 name wlan0
		[[ $line =~ ^(no\ ?)+$ ]] || fail "$WHO, $engine: $line"
		answer
		[[ $line =~ ^((198.51.100.2\ 2001:db8:2::2|no no)\ ?)+$ ]] || fail "$WHO, $engine: $line"
		end_kinds
	done
}

@test "an interface that gets another name is not the pinned one any more, until it gets its name back" {
	kinds_script
	as_each renamed
}

# other_has_the_index ADDRESS4 ADDRESS6: wlan0 is deleted, and its index is now that of another interface, with these
# addresses.
other_has_the_index() {
	local index
	index=$(in_client cat /sys/class/net/wlan0/ifindex 2>/dev/null || in_client python3 -c 'import socket; print(socket.if_nametoindex("wlan0"))')
	in_ns client ip link del wlan0
	ip link add other netns client index "$index" type veth peer name to-other netns router
	ip -n router -batch - <<-'END'
		link set to-other up
		addr replace 198.51.100.1/24 dev to-other
		addr replace 2001:db8:2::1/64 dev to-other nodad
	END
	ip -n client -batch - <<-END
		link set other up
		addr add $1/24 dev other
		addr add $2/64 dev other nodad
		route add default via 198.51.100.1 dev other metric 600
		route add ::/0 via 2001:db8:2::1 dev other metric 600
	END
	wait_until links_are_up client
}

index_reused() {
	local engine addresses
	for engine in both preload supervise; do
		for addresses in '198.51.100.9 2001:db8:2::9' '198.51.100.2 2001:db8:2::2'; do
			kinds_of_engine "$engine"
			begin_kinds "${kinds[@]}"
			# shellcheck disable=SC2086 # two words
			other_has_the_index $addresses
			answer
			[[ $line =~ ^(no\ ?)+$ ]] || fail "$WHO, $engine, $addresses: $line"
			in_ns client ip link del other
			wlan0_made_again
			answer
			[[ $line =~ ^((198.51.100.2\ 2001:db8:2::2|no no)\ ?)+$ ]] || fail "$WHO, $engine: $line"
			end_kinds
		done
	done
}

@test "another interface that gets the index of the pinned one carries nothing" {
	kinds_script
	as_each index_reused
}
