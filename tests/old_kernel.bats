#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# On a kernel without seccomp user notification as of Linux 5.14, bindto refuses to start a program, and
# --engine preload pins what a library can reach. Newer kernels skip these tests; packaging/kernels boots old ones.

load lib/network.bash
load lib/assertions.bash
on_network

MISSING='this kernel has no seccomp user notification as of Linux 5.14'

setup() {
	! python3 "$BINDTO_TESTS_DIR/lib/supervision.py" || skip "this kernel has user notification"
	BINDTO=$BINDTO_TESTS_DIR/bin/bindto
	witness_mark
}

@test "the default engine starts nothing, and a hint names --engine preload if that would work" {
	as_each is_refused
	refute_packets
}

is_refused() {
	run client "$BINDTO" -i wlan0 -- "$PROBE/who" 192.0.2.1 7000
	assert_equal "$status" 125
	assert_line --index 0 "bindto: cannot supervise '$PROBE/who': $MISSING"
	assert_line --index 1 --partial 'hint: --engine preload needs no supervisor'
	run client "$BINDTO" --strict -a 203.0.113.3 -- "$PROBE/who" 192.0.2.1 7000
	assert_equal "$status" 125
	assert_line --index 0 "bindto: cannot supervise '$PROBE/who': $MISSING"
	run client "$BINDTO" -a 203.0.113.3 -- "$PROBE/who-static" 192.0.2.1 7000
	assert_equal "$status" 125
	assert_output "bindto: cannot supervise '$PROBE/who-static': $MISSING"
}

@test "--engine preload pins a dynamic program and refuses a static one" {
	assert_pinned_by_library 203.0.113.3 eth0 -a 203.0.113.3
	assert_pinned_by_library 198.51.100.2 wlan0 -i wlan0
	witness_mark
	run client "$BINDTO" --engine preload -i wlan0 -- "$PROBE/who-static" 192.0.2.1 7000
	assert_equal "$status" 125
	refute_packets
}

# assert_pinned_by_library SOURCE UPLINK OPTION...: under --engine preload, who sends from SOURCE by UPLINK.
assert_pinned_by_library() {
	as_each assert_comes_from "$1" "$2" "$BINDTO" --engine preload "${@:3}" -- "$PROBE/who" 192.0.2.1 7000
}

@test "--explain tells that the kernel is too old, and starts nothing" {
	run client "$BINDTO" --explain -i wlan0 -- "$PROBE/who" 192.0.2.1 7000
	assert_output --partial "$MISSING"
	refute_packets
}
