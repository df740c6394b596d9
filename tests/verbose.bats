#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --verbose: one line for each socket.

load lib/network.bash
load lib/assertions.bash
on_network

@test "--verbose tells of each socket on standard error, by each engine: pinned, refused or exempt" {
	local engine who
	for engine in both preload supervise; do
		who="--engine $engine -- $PROBE/who"
		as_each tells_of_sockets
	done
	for engine in both supervise; do
		who="--engine $engine -- env -i $PROBE/who"
		as_each tells_of_sockets
	done
}

# shellcheck disable=SC2086 # options
tells_of_sockets() {
	run client "$BINDTO" -v -a 203.0.113.3 $who 192.0.2.1 7000
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp 203\.0\.113\.3:[1-9][0-9]* -> 192\.0\.2\.1:7000: pinned$'
	run client "$BINDTO" -v -i wlan0 $who 192.0.2.1 7000
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp 198\.51\.100\.2:[0-9]+ -> 192\.0\.2\.1:7000 dev wlan0: pinned$'
	run client "$BINDTO" -v -a 203.0.113.3 $who 2001:db8:9::1 7000
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp .* -> \[2001:db8:9::1\]:7000: refused$'
	run client "$BINDTO" -v -i wlan0 -e 192.0.2.1 $who 192.0.2.1 7000
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp 203\.0\.113\.2:[0-9]+ -> 192\.0\.2\.1:7000: exempt$'
	run client "$BINDTO" -v -a 203.0.113.3 $who 192.0.2.1 1
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp 203\.0\.113\.3:[0-9]+ -> 192\.0\.2\.1:1: pinned, but the peer refused$'
	run client sh -c '"$@" 2>/dev/null' - "$BINDTO" -v -a 203.0.113.3 $who 192.0.2.1 7000
	assert_output --regexp '^peer 203\.0\.113\.3 [0-9]+$'
}

@test "--verbose tells of listeners and datagrams as they take a port, and of no other call" {
	script <<-'END'
		s = socket.socket(V4)
		s.bind(("0.0.0.0", 7777))
		s.listen()
		t = socket.socket(V4)
		t.listen()
		u = socket.socket(V4, UDP)
		for _ in range(3): u.sendto(b"x", (REMOTE4, DISCARD))
		socket.socket(V6)
		socket.socket(socket.AF_UNIX).close()
		t.setblocking(False)
	END
	for engine in both preload supervise; do
		run client "$BINDTO" -v --engine $engine -a 203.0.113.3 -- python3 "$SCRIPT"
		assert_line --index 0 "bindto: pinning '$(command -v python3)' with engine '$engine'"
		assert_line --index 1 --regexp '^bindto: python3\[[0-9]+\]: tcp 203\.0\.113\.3:7777: pinned$'
		assert_line --index 2 --regexp '^bindto: python3\[[0-9]+\]: tcp 203\.0\.113\.3:[1-9][0-9]*: pinned$'
		assert_line --index 3 --regexp '^bindto: python3\[[0-9]+\]: udp 203\.0\.113\.3:[0-9]+ -> 192\.0\.2\.1:[0-9]+: pinned$'
		assert_equal "${#lines[@]}" 4
		run client "$BINDTO" --engine $engine -a 203.0.113.3 -- python3 "$SCRIPT"
		assert_output ""
	done
}
