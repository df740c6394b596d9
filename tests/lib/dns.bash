# SPDX-License-Identifier: MIT
# What the tests of --dns share: name servers that log who asked (names.py), and resolv.conf.
# shellcheck shell=bash

# name_servers: on the server names.log (port 53) and other.log (5353), on the client itself, where
# local stubs are, stub.log.
name_servers() {
	name_server server names ::
	name_server server other :: 5353
	name_server client stub 127.0.0.53
	name_server client stub ::1
}

name_server() {
	local namespace=$1 name=$2 ready
	ready=$NETWORK_DIR/$name.$3.ready
	shift 2
	start "$namespace" python3 "$BINDTO_SOURCE/tests/lib/names.py" "$ready" "$NETWORK_DIR/$name.log" "$@"
	wait_until test -e "$ready"
}

# configured [ADDRESS]: the name server of resolv.conf, whose file is mounted.
configured() {
	if [ $# -gt 0 ]; then
		printf 'nameserver %s\noptions timeout:2 attempts:1\n' "$1" >"$BINDTO_TESTS_DIR/resolv.conf"
	else
		: >"$BINDTO_TESTS_DIR/resolv.conf"
	fi
}

logs_emptied() {
	local log
	for log in names other stub; do
		: >"$NETWORK_DIR/$log.log"
	done
}

# assert_asked LOG SOURCE NAME: it was asked something, by that source, that name, and nothing else.
assert_asked() {
	local others
	others=$(grep -vE "^$2 (udp|tcp) $3\$" "$1") || :
	if [ -n "$others" ] || [ ! -s "$1" ]; then
		printf 'expected questions for %s from %s; was asked:\n%s\n' "$3" "$2" "$(cat "$1")" >&2
		return 1
	fi
}
