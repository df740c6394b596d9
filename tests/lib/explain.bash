# SPDX-License-Identifier: MIT
# What the tests of --explain share.
# shellcheck shell=bash disable=SC2154,SC2034 # output and status are bats's; the rest is the tests'

GET=("$PROBE/who" 192.0.2.1 7000)
GET6=("$PROBE/who" 2001:db8:9::1 7000)

# explain [OPTION...] -- PROGRAM...: as $WHO; its output is in $output, the hints in ${hints[@]}.
explain() {
	run --separate-stderr client "$BINDTO" --explain "$@"
	mapfile -t hints < <(sed -n 's/^hint: //p' <<<"$output")
}

assert_works() {
	assert_equal "$status" 0
	assert_line "It would work."
	refute_line --regexp '^(problem|warning|hint): '
}

# assert_found SEVERITY REGEX
assert_found() {
	assert_line --regexp "^$1: .*$2"
	if [ "$1" = problem ]; then
		assert_equal "$status" 125
		assert_line "It would not work."
	else
		assert_equal "$status" 0
		assert_line "It would work, but see the warnings above."
	fi
}

# assert_row LABEL TEXT: of the table.
assert_row() {
	assert_line --regexp "^ *$1  +$2$"
}

# json EXPRESSION: of Python, about `all`.
json() {
	python3 -c 'import json, sys
all = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1" <<<"$output"
}

# name_servers ADDRESS...: what /etc/resolv.conf says, until the test ends.
name_servers() {
	printf 'nameserver %s\n' "$@" >"$BINDTO_TESTS_DIR/resolv.conf"
}

# A test that failed may have left its trap in the network.
teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || {
		echo "(the last command was as ${WHO:-user})"
		network_down
		network_up
	}
	: >"$BINDTO_TESTS_DIR/resolv.conf"
}

# strict_filter VALUE: rp_filter of all interfaces.
strict_filter() {
	in_ns client sh -c "echo $1 >/proc/sys/net/ipv4/conf/all/rp_filter"
}
