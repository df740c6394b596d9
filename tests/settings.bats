#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Options that every socket gets when it is made (--priority): by each engine, for each kind of socket,
# by libc and by number. The program's own choice comes later, and wins.

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
