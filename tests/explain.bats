#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --explain: what would happen, as a table and as JSON, with nothing started.
# shellcheck disable=SC2154 # stderr is bats's

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
load lib/explain.bash

on_network

@test "a pin that works: program, engine, interface, the way of each family, and nothing is started" {
	as_each is_explained
}

is_explained() {
	local started=$BINDTO_TESTS_DIR/tmp/started
	rm -f "$started"
	explain -i wlan0 -- sh -c ": >$started"
	assert_works
	assert_row program '/.*sh \(dynamic\)'
	assert_row engine 'both: /.*/libbindto\.so'
	assert_row interface 'wlan0 \(virtual, up\)'
	assert_row IPv4 'by wlan0 via 198\.51\.100\.1 from 198\.51\.100\.2'
	assert_row IPv6 'by wlan0 via 2001:db8:2::1 from 2001:db8:2::2'
	assert_row unpinned 'by eth0 via 203\.0\.113\.1 from 203\.0\.113\.2'
	assert_row unpinned 'by eth0 via 2001:db8:1::1 from 2001:db8:1::.*'
	[ ! -e "$started" ]
	witness_mark
	explain -s -i wlan0 -- "${GET[@]}"
	assert_works
	assert_row engine 'supervise: the options ask for it'
	explain --dns 127.0.0.53 -i wlan0 -- "${GET[@]}"
	assert_works
	assert_row engine 'supervise: the options ask for it'
	assert_row 'name server' '127\.0\.0\.53: on this host, and what it asks others is not pinned'
	refute_packets
}

@test "ports, exclusions and a family without a pin are named" {
	explain -a 203.0.113.3 -p 40000-40099 -e 192.0.2.0/24 -- true
	assert_works
	assert_row IPv6 'refused, for it has no pin'
	assert_row ports '40000-40099, chosen by the kernel'
	assert_row excluded '192\.0\.2\.0/24: reached unpinned'
	explain -p 20000-20099 -- true
	assert_works
	assert_row ports '20000-20099, tried one by one'
	assert_row IPv4 'by eth0 via 203\.0\.113\.1 from 203\.0\.113\.2'
}

@test "a pin on loopback is no trap" {
	explain -a 127.0.0.2 -- true
	assert_works
	assert_row IPv4 'from 127\.0\.0\.2, which leads no further than this host'
	explain -i lo -- true
	assert_works
	name_servers 192.0.2.1
	explain -a 127.0.0.2 -- true
	assert_found warning 'the pin does not lead to name server 192\.0\.2\.1'
}

@test "a caller that ignores SIGCHLD gets the same explanation" {
	run --separate-stderr client python3 -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$BINDTO" --explain -i wlan0 curl
	assert_works
	assert_row engine 'both: /.*/libbindto\.so'
}

@test "what the library does not get into is supervised alone, and --engine preload refuses it" {
	[ -x "$PROBE/who-static" ] || lacks "no static program could be linked"
	[ -x "$PROBE/who-musl" ] || lacks "musl-gcc is not installed"
	need go
	local script=$BINDTO_TESTS_DIR/tmp/script-of-static
	explain -a 203.0.113.3 -- "$PROBE/who-static"
	assert_works
	assert_row program '/.*/who-static \(static\)'
	assert_row engine 'both: supervised alone, for it is statically linked, .*'
	explain -a 203.0.113.3 -- "$PROBE/who-musl"
	assert_row program '/.*/who-musl \(other-libc\)'
	explain -a 203.0.113.3 -- go version
	assert_row program '/.*/go \(go\)'
	assert_row engine 'both: supervised alone, for it is a Go program, .*'
	printf '#!%s\n' "$PROBE/who-static" >"$script"
	chmod 755 "$script"
	explain -a 203.0.113.3 -- "$script"
	assert_works
	assert_row program "$script, run by $PROBE/who-static \\(static\\)"
	explain --engine preload -a 203.0.113.3 -- "$PROBE/who-static"
	assert_equal "$status" 125
	assert_equal "$output" ''
	[[ $stderr =~ ^"bindto: cannot pin '"[^$'\n']*$'\n'"hint: leave out '--engine preload': the supervisor pins it"$ ]]
}

@test "bad input is one line and exit status 125, as ever" {
	explain -i wlan0 -- no-such-program
	assert_equal "$status" 125
	assert_equal "$stderr" "bindto: cannot run 'no-such-program': No such file or directory"
	printf '#!/no/such/interpreter\n' >"$BINDTO_TESTS_DIR/tmp/orphan"
	chmod 755 "$BINDTO_TESTS_DIR/tmp/orphan"
	explain -i wlan0 -- "$BINDTO_TESTS_DIR/tmp/orphan"
	assert_equal "$status" 125
	assert_equal "$stderr" "bindto: cannot run '$BINDTO_TESTS_DIR/tmp/orphan': its interpreter '/no/such/interpreter' is missing"
	explain -i wlan1 -- true
	assert_equal "$status" 125
	assert_equal "$stderr" "bindto: cannot pin to interface 'wlan1': there is no such interface
hint: did you mean 'wlan0'?"
	explain -- true
	assert_equal "$status" 125
	explain --json -a 203.0.113.77 -- true
	assert_equal "$status" 125
	assert_equal "$output" ''
}

@test "name servers that the pin leads to, or does not have to, are no trap" {
	name_servers 192.0.2.1 203.0.113.9
	explain -s -a 203.0.113.3 -- true
	assert_works
	assert_row 'name server' '203\.0\.113\.9: asked from the pin'
	name_servers 2001:db8:9::1
	explain --engine preload -a 203.0.113.3 -- true
	assert_works
	assert_row engine 'preload: /.*/libbindto\.so'
	assert_row 'name server' '2001:db8:9::1: asked by glibc itself, unpinned \(the default engine pins it\)'
	name_servers 127.0.0.53
	explain -s -a 203.0.113.3 -- true
	assert_works
	assert_row 'name server' '127\.0\.0\.53: on this host, and what it asks others is not pinned'
	name_servers 192.0.2.9
	explain -s -i wlan0 -e 192.0.2.9 -- true
	assert_works
	assert_row 'name server' '192\.0\.2\.9: excluded, asked unpinned'
	name_servers fe80::1%wlan0
	explain -s -i wlan0 -- true
	assert_works
}

@test "commands can be copied whatever the words are, and keep all options but the question's" {
	explain --color=never -a 198.51.100.2 -p 40000-40001 -ve '192.0.2.7' -- echo "it's" '' 'a  b' '$HOME' -x
	assert_equal "${hints[0]}" "$BINDTO -i wlan0 -a 198.51.100.2 -p 40000-40001 -ve 192.0.2.7 -- echo 'it'\\''s' '' 'a  b' '\$HOME' -x"
	run --separate-stderr client sh -c "${hints[0]}"
	assert_output "it's  a  b \$HOME -x"
	run client "$BINDTO" --exp --js --col -a 198.51.100.2 true
	assert_equal "$(json 'all["findings"][0]["command"]')" "$BINDTO -i wlan0 -a 198.51.100.2 -- true"
}

@test "--json has stable names" {
	name_servers 192.0.2.1
	explain --json -s -i wlan0 -a 198.51.100.3 -p 40000-40099 -e 192.0.2.9 -- true
	assert_equal "$status" 0
	assert_equal "$(json 'list(all)')" \
		"['works', 'profile', 'program', 'engine', 'interface', 'pool', 'families', 'view', 'ports', 'sockets', 'mark_has_rule', 'name_servers', 'excluded', 'only', 'listeners', 'findings']"
	assert_equal "$(json 'all["works"], all["interface"], all["excluded"], all["findings"]')" \
		"(True, 'wlan0', ['192.0.2.9'], [])"
	assert_equal "$(json 'sorted(all["program"]), all["program"]["kind"]')" \
		"(['judged_by', 'kind', 'path'], 'dynamic')"
	assert_equal "$(json 'all["engine"]')" \
		"{'name': 'supervise', 'reason': 'the options ask for it', 'library': None}"
	assert_equal "$(json 'all["families"][0]')" \
		"{'family': 'IPv4', 'pin': 'address', 'address': '198.51.100.3', 'route': {'interface': 'wlan0', 'gateway': '198.51.100.1', 'address': '198.51.100.3'}, 'unpinned_route': {'interface': 'eth0', 'gateway': '203.0.113.1', 'address': '203.0.113.2'}}"
	assert_equal "$(json 'all["families"][1]["pin"], all["families"][1]["route"]')" "('refused', None)"
	assert_equal "$(json 'all["ports"]')" "{'low': 40000, 'high': 40099, 'by_kernel': True}"
	assert_equal "$(json 'all["name_servers"]')" "[{'address': '192.0.2.1', 'reach': 'pinned'}]"
	explain --json -a 198.51.100.2 -- true
	assert_equal "$status" 0
	assert_equal "$(json 'all["findings"]')" \
		"[{'severity': 'warning', 'trap': 'other-uplink', 'message': 'packets from 198.51.100.2, an address of wlan0, would leave by eth0', 'command': '$BINDTO -i wlan0 -a 198.51.100.2 -- true'}]"
	assert_equal "$(json 'all["engine"]["name"], all["engine"]["reason"], all["ports"]')" \
		"('both', 'the library gets into it', None)"
	strict_filter 1
	explain --json -4 -i wlan0 -- true
	strict_filter 0
	assert_equal "$status" 125
	assert_equal "$(json 'all["works"], [f["trap"] for f in all["findings"]]')" "(False, ['reverse-path'])"
}

@test "an explanation is coloured on request" {
	explain --color -a 198.51.100.2 -- true
	assert_output --partial $'\e[33mwarning:\e[0m '
	assert_output --partial $'\e[33mIt would work, but see the warnings above.\e[0m'
	explain --color -i wlan0 -- true
	assert_output --partial $'\e[32mIt would work.\e[0m'
	explain -a 198.51.100.2 -- true
	refute_output --partial $'\e'
}
