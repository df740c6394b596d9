#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that the library does not get into: --engine preload refuses them.

load lib/network.bash
load lib/assertions.bash
load lib/options.bash
on_network

# unreachable REGEX PROGRAM...: refused where it is not to be supervised either.
unreachable() {
	local regex=$1
	shift
	run client "$BINDTO" --engine preload -a 203.0.113.3 "$@"
	refused_with "$regex" 125
}

@test "a static program, one for another libc and a Go program are refused" {
	[ -x "$PROBE/who-static" ] || lacks "no static program could be linked"
	unreachable 'who-static.*static' "$PROBE/who-static" 192.0.2.1 7000
	[ -x "$PROBE/who-musl" ] || lacks "musl-gcc is not installed"
	unreachable 'who-musl' "$PROBE/who-musl" 192.0.2.1 7000
	need go
	unreachable 'Go' go version
}

@test "a set-user-ID or set-group-ID program and one with file capabilities are refused" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is but one user here, who gains nothing"
	local copy=$BINDTO_TESTS_DIR/tmp/privileged
	cp "$PROBE/who" "$copy"
	chmod 4755 "$copy"
	unreachable 'set-user-ID' "$copy" 192.0.2.1 7000
	chmod 2755 "$copy"
	unreachable 'set-group-ID' "$copy" 192.0.2.1 7000
	chmod 755 "$copy"
	run client "$BINDTO" -a 203.0.113.3 -- "$copy" 192.0.2.1 7000
	assert_success
	setcap cap_net_raw+ep "$copy"
	unreachable 'file capabilities' "$copy" 192.0.2.1 7000
	rm "$copy"
}

@test "for a script its interpreter is judged" {
	[ -x "$PROBE/who-static" ] || lacks "no static program could be linked"
	printf '#!%s\n' "$PROBE/who-static" >"$BINDTO_TESTS_DIR/tmp/script-of-static"
	chmod 755 "$BINDTO_TESTS_DIR/tmp/script-of-static"
	unreachable 'static' "$BINDTO_TESTS_DIR/tmp/script-of-static"
}
