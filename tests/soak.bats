#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tests/soak/run is meant to run for an hour. Here it runs for some seconds: the load does its work, and the judge
# can see a packet that leaves outside the pin.

load lib/assertions.bash

# soak OPTION...: runs the soak, in namespaces of its own below those of the tests.
soak() {
	run "$BINDTO_SOURCE/tests/soak/run" --build "$BINDTO_BUILD" "$@"
}

@test "a short soak finds no fault in any engine" {
	soak --minutes 0.15
	assert_success
	assert_line --regexp '^0 minutes, 0 faults$'
	assert_line --regexp "'astray': 0}"
	for act in connect send datagram stream child listen; do
		assert_line --regexp "[1-9][0-9]* $act ok\$"
	done
}

@test "the soak's judge sees the packets that leave outside the pin without bindto" {
	soak --minutes 0.1 --engine none
	assert_failure 1
	assert_line --regexp 'FAULT: a packet went astray: eth0 (tcp|udp) '
	assert_line --regexp 'FAULT: --engine none: connect from 203\.0\.113\.'
}
