#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The fast part of tests/programs: the two browsers and light programs that other tests use as well, each under the
# three engines, pinned to an interface and to an address. And what the runner itself promises.

load lib/assertions.bash

RUNNER=$BINDTO_SOURCE/tests/programs/run
FAST='^(firefox|chromium|curl|wget|ssh|scp|socat|ncat|node|python3|go|nginx|redis-server|timeout|xargs|strace)$'

setup_file() {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "it makes users of its own, and needs a real root"
	"$RUNNER" --build "$BINDTO_BUILD" --only "$FAST" --json "$BATS_FILE_TMPDIR/results.json" \
		>"$BATS_FILE_TMPDIR/table" 2>&1 || :
}

setup() {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "it makes users of its own, and needs a real root"
}

# does_its_job NAME: NAME's job was done under each engine, and no packet was unpinned; if not, it shows which.
does_its_job() {
	run python3 - "$BATS_FILE_TMPDIR/results.json" "$1" <<-'END'
		import json, sys
		programs = {p["name"]: p for p in json.load(open(sys.argv[1]))["programs"]}
		cells = programs[sys.argv[2]]["cells"]
		for name in "both-i", "both-a", "preload-i", "preload-a", "supervise-i", "supervise-a":
		    refused = name.startswith("preload") and cells[name]["result"] == "na"
		    if cells[name]["result"] != "ok" and not refused:
		        print(name, cells[name])
	END
	assert_success || fail "$(tail -n 20 "$BATS_FILE_TMPDIR/table")"
	[[ $output != *"'skip'"* ]] || lacks "$output"
	assert_output ''
}

@test "Firefox does its job, and no packet leaves outside the pin" {
	does_its_job firefox
}

@test "Chromium does its job, and no packet leaves outside the pin" {
	does_its_job chromium
}

@test "curl does its job, and no packet leaves outside the pin" {
	does_its_job curl
}

@test "wget does its job, and no packet leaves outside the pin" {
	does_its_job wget
}

@test "ssh does its job, and no packet leaves outside the pin" {
	does_its_job ssh
}

@test "scp does its job, and no packet leaves outside the pin" {
	does_its_job scp
}

@test "socat does its job, and no packet leaves outside the pin" {
	does_its_job socat
}

@test "ncat does its job, and no packet leaves outside the pin" {
	does_its_job ncat
}

@test "node does its job, and no packet leaves outside the pin" {
	does_its_job node
}

@test "python3 does its job, and no packet leaves outside the pin" {
	does_its_job python3
}

@test "a Go program does its job, and no packet leaves outside the pin" {
	does_its_job go
}

@test "nginx does its job, and no packet leaves outside the pin" {
	does_its_job nginx
}

@test "redis-server does its job, and no packet leaves outside the pin" {
	does_its_job redis-server
}

@test "timeout does its job, and no packet leaves outside the pin" {
	does_its_job timeout
}

@test "xargs does its job, and no packet leaves outside the pin" {
	does_its_job xargs
}

@test "strace does its job, and no packet leaves outside the pin" {
	does_its_job strace
}

@test "without bindto the capture sees packets that are not from the pin" {
	run "$RUNNER" --build "$BINDTO_BUILD" --engine bare --only '^curl$' --json "$BATS_TEST_TMPDIR/bare.json"
	assert_failure
	assert_line '0 passed, 1 failed, 0 skipped'
	grep -q '"result": "leak"' "$BATS_TEST_TMPDIR/bare.json"
}

@test "the runner fails if no program matches, and if it does not know an option" {
	run "$RUNNER" --only '^no such program$'
	assert_failure
	assert_output --partial "no entry matches '^no such program$'"
	assert_line '0 passed, 1 failed, 0 skipped'
	run "$RUNNER" --onyl curl
	assert_failure
	assert_output --partial "there is no option '--onyl'"
}

@test "every program names its category, its job, and the packages or commands that it needs" {
	local name category
	run "$RUNNER" --list
	assert_success
	[ "${#lines[@]}" -ge 90 ]
	[ "${#lines[@]}" -eq "$(find "$BINDTO_SOURCE/tests/programs/entries" -name '*.bash' | wc -l)" ]
	while read -r name category _; do
		[[ $category =~ ^(browser|fetch|remote|mail|media|names|server|language|wrapper)$ ]] || fail "$name: $category"
	done <<<"$output"
}

@test "RESULTS.md has every program" {
	diff <(sed -n '/^<!-- table/,/^<!-- end/s/^| \([a-z0-9-]*\) | .*/\1/p' "$BINDTO_SOURCE/tests/programs/RESULTS.md" |
		grep -vxE 'program|---' | sort) \
		<(basename -s .bash -a "$BINDTO_SOURCE"/tests/programs/entries/*.bash | sort)
}

@test "the capture judges each kind of packet: pinned, unpinned, or the kernel's own" {
	local line
	judge() {
		printf '%s\n' "$@" | python3 "$BINDTO_SOURCE/tests/programs/lib/verdict.py" wlan0 198.51.100.2,2001:db8:2::2 "${dns:-no-dns}"
	}
	# A program's own packets: by the pin; by another uplink; from another source.
	[[ $(judge 'wlan0 tcp 198.51.100.2 1 192.0.2.1 80 S/1/0') == *'"pinned": 1'*'"leak": 0'* ]]
	[[ $(judge 'eth0 tcp 198.51.100.2 1 192.0.2.1 80 S/1/0') == *'"leak": 1'* ]]
	[[ $(judge 'wlan0 udp 203.0.113.2 1 192.0.2.1 80 -') == *'"leak": 1'* ]]
	# The C library's lookups, if they are allowed and if they are not.
	line='eth0 udp 203.0.113.2 1 192.0.2.1 53 -'
	[[ $(judge "$line") == *'"leak": 1'* ]]
	[[ $(dns=libc-dns judge "$line") == *'"dns": 1, "leak": 0'* ]]
	[[ $(dns=libc-dns judge 'eth0 udp 203.0.113.2 1 192.0.2.9 53 -') == *'"leak": 1'* ]]
	# A reset that the kernel sends for no socket, and one that it sends for a program's.
	[[ $(judge 'eth0 tcp 203.0.113.2 80 192.0.2.1 9 RA/0/0') == *'"leak": 0'* ]]
	[[ $(judge 'eth0 tcp 203.0.113.2 80 192.0.2.1 9 RA/7/0') == *'"leak": 1'* ]]
	# The last acknowledgement of an IPv6 connection, and other packets of it.
	line='wlan0 tcp 2001:db8:2::2 5 2001:db8:9::1 80 FPA/10/4'
	[[ $(judge 'eth0 tcp 2001:db8:2::2 5 2001:db8:9::1 80 A/15/0' "$line") == *'"leak": 0'* ]]
	[[ $(judge 'eth0 tcp 2001:db8:2::2 5 2001:db8:9::1 80 A/14/0' "$line") == *'"leak": 1'* ]]
	[[ $(judge 'eth0 tcp 2001:db8:2::2 5 2001:db8:9::1 80 PA/15/3' "$line") == *'"leak": 1'* ]]
	[[ $(judge 'eth0 tcp 2001:db8:2::2 5 2001:db8:9::1 80 A/15/0') == *'"leak": 1'* ]]
}
