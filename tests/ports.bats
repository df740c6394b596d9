#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# -p: the local ports that sockets take if the program chooses none, inside, outside and across the kernel's own
# range, and what happens when they run out; as root and as an unprivileged user.

load lib/network.bash
load lib/assertions.bash
on_network

# ports_taken: a script takes a port in every way there is; LOW and HIGH are in the environment.
ports_taken() {
	script <<-'END'
		LOW, HIGH = int(os.environ["LOW"]), int(os.environ["HIGH"])
		def take(sock, call, *arguments):
		    sock.settimeout(10)
		    failure = error(call, *arguments)
		    port = sock.getsockname()[1]
		    print("%s %s" % (call.__name__, "inside" if LOW <= port <= HIGH and not failure else "%s %d" % (failure, port)))
		    return sock
		held = []
		for remote, family, wildcard in (REMOTE4, V4, "0.0.0.0"), (REMOTE6, V6, "::"):
		    for kind in TCP, UDP:
		        s = socket.socket(family, kind)
		        held.append(take(s, s.connect, (remote, HOLD if kind == TCP else DISCARD)))
		        s = socket.socket(family, kind)
		        held.append(take(s, s.bind, (wildcard, 0)))
		    s = socket.socket(family, UDP)
		    held.append(take(s, s.sendto, b"x", (remote, DISCARD)))
		    s = socket.socket(family)
		    held.append(take(s, s.listen))
	END
}

@test "every port that the program does not choose is in the range, inside, outside or across the kernel's own" {
	ports_taken
	LOW=41000 HIGH=41999 run client python3 "$SCRIPT"
	refute_line --regexp 'inside .* inside .* inside'
	as_each range_is_kept 41000 41099
	as_each range_is_kept 20000 20099
	as_each range_is_kept 32700 32799
	as_each range_is_kept 60950 61049
}

range_is_kept() {
	local pin
	export LOW=$1 HIGH=$2
	for pin in "" "-a 203.0.113.3 -a 2001:db8:1::3" "-i wlan0"; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -p "$LOW-$HIGH" -- python3 "$SCRIPT"
		assert_success
		assert_equal "${#lines[@]}" 12
		refute_line --regexp ' (None|E[A-Z]+) [0-9]+$'
	done
}

@test "-p alone leaves the source address to the kernel" {
	as_each only_ports
}

only_ports() {
	witness_mark
	run client "$BINDTO" -p 41000-41099 -- "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 203\.0\.113\.2 410[0-9][0-9]$'
	run client "$BINDTO" -p 20000-20099 -- "$PROBE/who" 2001:db8:9::1 7000
	assert_output --regexp '^peer 2001:db8:1::2 200[0-9][0-9]$'
}

@test "a range may be one port" {
	run client "$BINDTO" -a 203.0.113.3 -p 41234 -- "$PROBE/who" 192.0.2.1 7000
	assert_output 'peer 203.0.113.3 41234'
	run client "$BINDTO" -a 203.0.113.3 -p 21234 -- "$PROBE/who" 192.0.2.1 7000
	assert_output 'peer 203.0.113.3 21234'
}

@test "a program gets the port that it names itself" {
	script <<-'END'
		for kind in TCP, UDP:
		    s = socket.socket(V4, kind)
		    s.bind(("0.0.0.0", 5011))
		    print(s.getsockname()[1])
	END
	for range in 41000-41099 20000-20099; do
		run client "$BINDTO" -p $range -- python3 "$SCRIPT"
		assert_output $'5011\n5011'
	done
}

# until_used_up: a script connects streams, and then datagram sockets, until one fails; it prints how many there
# were, and the error.
until_used_up() {
	script <<-'END'
		for kind in TCP, UDP:
		    held, failure = [], None
		    while not failure and len(held) < 30:
		        held.append(socket.socket(V4, kind))
		        held[-1].settimeout(10)
		        failure = error(held[-1].connect, (REMOTE4, HOLD if kind == TCP else DISCARD))
		    print(len(held), failure)
	END
}

@test "a range that is used up fails the connect, TCP with EADDRNOTAVAIL, and nothing else leaves" {
	until_used_up
	low=41500
	as_each runs_out
	low=22500
	as_each runs_out
}

runs_out() {
	local pin high packets
	for pin in "" "-a 203.0.113.3" "-i wlan0"; do
		# A new range each time, because ports of the last one may be in TIME_WAIT.
		low=$((low + 10))
		high=$((low + 7))
		witness_mark
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -p "$low-$high" -- python3 "$SCRIPT"
		assert_line --index 0 "9 EADDRNOTAVAIL"
		assert_line --index 1 --regexp '^9 (EADDRNOTAVAIL|EAGAIN)$'
		packets=$(witness_since_mark)
		[ "$packets" ]
		awk -v low="$low" -v high="$high" '$4 < low || $4 > high { print; wrong = 1 } END { exit wrong }' <<<"$packets"
	done
}

@test "two destinations share a port range, as they do without bindto" {
	script <<-'END'
		held = []
		for port in HOLD, WHO:
		    for _ in range(4):
		        s = socket.socket()
		        s.settimeout(10)
		        s.connect((REMOTE4, port))
		        held.append(s)
		print(len(held))
	END
	# One range inside the kernel's own, and one outside of it, whose ports bindto tries one by one. Each round takes
	# a new one, because its ports stay in TIME_WAIT for a minute.
	local engine pin low high=21599
	for engine in both supervise preload; do
		run client "$BINDTO" --engine $engine -a 203.0.113.3 -p $((high + 20001))-$((high + 20004)) -- python3 "$SCRIPT"
		assert_output 8 || fail "$engine"
		for pin in "-a 203.0.113.3" "-i wlan0" ""; do
			low=$((high + 1)) high=$((high + 4))
			# shellcheck disable=SC2086 # words
			run client "$BINDTO" --engine $engine $pin -p $low-$high -- python3 "$SCRIPT"
			assert_output 8 || fail "$engine $pin"
		done
	done
}
