#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --list: the interfaces and addresses that there are to pin to, as a table and as JSON.
# shellcheck disable=SC2154 # stderr is bats's

load lib/network.bash
load lib/assertions.bash
on_network

list() {
	run --separate-stderr client "$BINDTO" --list "$@"
	[ "$stderr" = '' ] || fail "$stderr"
	assert_success
}

# words: prints the table with one blank between words.
words() {
	awk '{ $1 = $1; print }' <<<"$output"
}

# assert_listed LINE...: the table has these lines, with one blank between words.
assert_listed() {
	local line
	for line; do
		words | grep -qxF -e "$line" || fail "not in the table: $line"$'\n'"$output" || return
	done
}

# json EXPRESSION: prints a Python expression of `all` (the JSON that was printed) and `by` (interfaces by name).
json() {
	python3 -c 'import json, sys
all = json.load(sys.stdin)
by = {interface["name"]: interface for interface in all} if isinstance(all, list) else {}
print(eval(sys.argv[1]))' "$1" <<<"$output"
}

@test "--list has a line for each address: interface, state, kind, scope, flags and default route" {
	as_each is_listed
}

is_listed() {
	list
	assert_equal "$(words | head -1)" "NAME STATE KIND ADDRESS SCOPE FLAGS DEFAULT-ROUTE"
	assert_listed \
		"lo up loopback 127.0.0.1 host - -" \
		"lo up loopback ::1 host - -" \
		"eth0 up virtual 203.0.113.2 global - via 203.0.113.1 metric 100" \
		"eth0 up virtual 203.0.113.3 global secondary via 203.0.113.1 metric 100" \
		"eth0 up virtual 2001:db8:1::2 global - via 2001:db8:1::1 metric 100" \
		"wlan0 up virtual 198.51.100.2 global - via 198.51.100.1 metric 600" \
		"wlan0 up virtual 2001:db8:2::3 global - via 2001:db8:2::1 metric 600"
	# The columns are aligned: an address begins below its heading.
	local line column=${lines[0]%%ADDRESS*}
	for line in "${lines[@]:1}"; do
		[[ ${line:${#column}:1} != ' ' && ${line:${#column}-1:1} == ' ' ]] || fail "not aligned: $line"
	done
}

@test "an address can be given to -a as --list writes it" {
	local address
	list
	while read -r address; do
		run client "$BINDTO" -a "$address" -- true
		assert_success
	done < <(awk 'NR > 1 { print $4 }' <<<"$output")
}

@test "--list tells the kinds and states of interfaces apart" {
	in_ns client ip link add br0 type bridge
	in_ns client ip tuntap add tun0 mode tun
	in_ns client ip link add vx0 type vxlan id 5 remote 198.51.100.9 dstport 4789
	in_ns client ip link set tun0 up
	list
	assert_listed "br0 down bridge - - - -" "tun0 no-carrier tunnel - - - -" "vx0 down tunnel - - - -"
	in_ns client ip link del br0
	in_ns client ip link del tun0
	in_ns client ip link del vx0
}

@test "--list shows the flags dynamic, deprecated, tentative and temporary" {
	in_ns client ip link add spare type veth peer name spare2
	in_ns client ip link set spare up
	in_ns client ip link set spare2 up
	in_ns client ip addr add 192.0.2.65/28 dev spare valid_lft 1000 preferred_lft 500
	in_ns client ip addr add 192.0.2.81/28 dev spare valid_lft 1000 preferred_lft 0
	in_ns client sh -c 'cd /proc/sys/net/ipv6/conf
		echo 1 >all/accept_dad; echo 1 >spare/accept_dad; echo 100 >spare/dad_transmits; echo 2 >spare/use_tempaddr'
	in_ns client ip addr add 2001:db8:7::65/64 dev spare
	in_ns client ip addr add 2001:db8:8::65/64 dev spare nodad mngtmpaddr valid_lft 1000 preferred_lft 900
	list
	assert_listed \
		"spare up virtual 192.0.2.65 global dynamic -" \
		"spare up virtual 192.0.2.81 global dynamic,deprecated -" \
		"spare up virtual 2001:db8:7::65 global tentative -" \
		"spare up virtual 2001:db8:8::65 global dynamic -"
	words | grep -qE '^spare up virtual 2001:db8:8:[0-9a-f:]+ global dynamic,temporary' || fail "$output"
	words | grep -qE '^spare up virtual fe80::[0-9a-f:]+%spare link ' || fail "$output"
	list --json
	assert_equal "$(json '[a["flags"] for a in by["spare"]["addresses"] if a["address"] == "192.0.2.81"]')" \
		"[['dynamic', 'deprecated']]"
	in_ns client ip link del spare
	in_ns client sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad'
}

@test "--list shows default routes of other tables, by several routers, and of interfaces without an address" {
	in_ns client ip route add default via 198.51.100.1 dev wlan0 table 77
	in_ns client ip route add default metric 900 \
		nexthop via 203.0.113.9 dev eth0 nexthop via 198.51.100.9 dev wlan0
	in_ns client ip link add spare type veth peer name spare2
	in_ns client ip link set spare up
	in_ns client ip route add default dev spare metric 901
	in_ns client ip -4 route add default via inet6 2001:db8:2::1 dev wlan0 metric 902
	list
	assert_listed \
		"eth0 up virtual 203.0.113.2 global - via 203.0.113.1 metric 100, via 203.0.113.9 metric 900"
	words | grep -qE '^spare no-carrier virtual - - - direct metric 901$' || fail "$output"
	words | grep -E '^wlan0 up virtual 198.51.100.2 ' | grep -F 'via 198.51.100.1 table 77' |
		grep -F 'via 198.51.100.9 metric 900' | grep -qF 'via 2001:db8:2::1 metric 902' || fail "$output"
	list --json
	assert_equal "$(json '[r for r in by["spare"]["default_routes"]]')" \
		"[{'family': 'IPv4', 'gateway': None, 'metric': 901, 'table': 254}]"
	in_ns client ip route del default table 77
	in_ns client ip route del default metric 900
	in_ns client ip -4 route del default metric 902
	in_ns client ip link del spare
}

@test "--json has stable names" {
	list --json
	assert_equal "$(json 'sorted(by["wlan0"])')" \
		"['addresses', 'alternative_names', 'default_routes', 'driver', 'index', 'kind', 'name', 'state']"
	assert_equal "$(json 'by["wlan0"]["addresses"][1]')" \
		"{'address': '198.51.100.3', 'family': 'IPv4', 'scope': 'global', 'flags': ['secondary']}"
	assert_equal "$(json 'by["wlan0"]["default_routes"][0]')" \
		"{'family': 'IPv4', 'gateway': '198.51.100.1', 'metric': 600, 'table': 254}"
	assert_equal "$(json 'by["wlan0"]["kind"], by["wlan0"]["driver"], by["wlan0"]["state"], by["lo"]["driver"]')" \
		"('virtual', 'veth', 'up', None)"
	assert_equal "$(json 'by["lo"]["index"]')" 1
	in_ns client ip link property add dev wlan0 altname wireless-of-the-test
	list --json
	assert_equal "$(json 'by["wlan0"]["alternative_names"]')" "['wireless-of-the-test']"
	in_ns client ip link property del dev wlan0 altname wireless-of-the-test
}

@test "interface names with odd bytes make neither bad JSON nor control characters on the terminal" {
	in_ns client ip link add $'x\xff\e' type bridge
	list
	[[ $output != *$'\e'* && $output == *$'\nx\xff? '* ]]
	list --json
	assert_equal "$(json '[name for name in by if name[0] == "x"]')" "['x?\\x1b']"
	in_ns client ip link del $'x\xff\e'
}

ESCAPE=$'\e['

@test "--list is coloured on terminals only, unless --color, NO_COLOR or TERM say otherwise" {
	need script
	list
	refute_output --partial "$ESCAPE"
	list --color
	assert_output --partial "${ESCAPE}36meth0${ESCAPE}0m"
	list --color=always
	assert_output --partial "$ESCAPE"
	list --color=never
	refute_output --partial "$ESCAPE"
	on_terminal() {
		run client env TERM=xterm "$@" script -qec "'$BINDTO' -l" /dev/null
		assert_output --partial eth0
	}
	on_terminal NO_COLOR=
	assert_output --partial "$ESCAPE"
	on_terminal NO_COLOR=1
	refute_output --partial "$ESCAPE"
	on_terminal TERM=dumb
	refute_output --partial "$ESCAPE"
}

@test "--list stands alone, and --json and --color go with it and --explain only" {
	refused() {
		run client "$BINDTO" "${@:2}"
		assert_equal "$status" 125
		assert_output --regexp "^bindto: cannot use $1$"
	}
	refused "'-l' with '-a': it lists all there is" -l -a 203.0.113.3
	refused "'--list' with '-i': it lists all there is" --list -i wlan0
	refused "'--list' with '--interface': it lists all there is" --interface wlan0 --list
	refused "'-l' with '--port': it pins nothing" -vl --po 40000
	refused "'-l' with '-s': it runs no program" -sl
	refused "'-l' with '--engine': it runs no program" -l --engine preload
	refused "'-l' with '--explain': they are two questions" -l --explain
	refused "'true' with '--list': it runs no program" -l true
	refused "'--json': only --list and --explain have it" --json -i lo true
	refused "'--color': only --list and --explain have it" --color -i lo true
	refused "'--color' more than once: it takes one value" --color --color=never -l
}

@test "bindto fails with 125 if the list cannot be written" {
	run client sh -c '"$1" -l >/dev/full' - "$BINDTO"
	assert_equal "$status" 125
	assert_output --partial "bindto: cannot write to 'stdout'"
	run client sh -c '"$1" -l --json >/dev/full' - "$BINDTO"
	assert_equal "$status" 125
	assert_output --partial "bindto: cannot write to 'stdout'"
}
