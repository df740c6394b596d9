# SPDX-License-Identifier: MIT
# What the tests of the command line share.
# shellcheck shell=bash disable=SC2154 # output, lines and status are bats's

STARTED=$BINDTO_TESTS_DIR/tmp/started

# refused REGEX OPTION...: one line, perhaps a hint, exit status 125, and the program is not started.
refused() {
	local regex=$1
	shift
	rm -f "$STARTED"
	run client "$BINDTO" "$@" sh -c ": >$STARTED"
	refused_with "$regex" 125
}

refused_with() {
	assert_equal "$status" "$2"
	assert_line --index 0 --regexp "^bindto: cannot .*$1"
	[ "${#lines[@]}" -eq 1 ] || assert_line --index 1 --regexp '^hint: '
	[ "${#lines[@]}" -le 2 ]
	[ ! -e "$STARTED" ]
}
