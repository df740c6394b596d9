# SPDX-License-Identifier: MIT
# For the tests of --dns: name servers that log who asked (names.py), and resolv.conf.
# shellcheck shell=bash

# name_servers: starts name servers. On the server, port 53 writes names.log and port 5353 other.log; on the client,
# the stubs at 127.0.0.53 and ::1 write stub.log.
name_servers() {
	name_server server names ::
	name_server server other :: 5353
	name_server client stub 127.0.0.53
	name_server client stub ::1
}

# name_server NAMESPACE NAME ADDRESS [PORT]: starts one that writes NAME.log.
name_server() {
	local namespace=$1 name=$2 ready
	ready=$NETWORK_DIR/$name.$3.ready
	shift 2
	start "$namespace" python3 "$BINDTO_SOURCE/tests/lib/names.py" "$ready" "$NETWORK_DIR/$name.log" "$@"
	wait_until test -e "$ready"
}

# configured [ADDRESS]: resolv.conf names ADDRESS, or no name server.
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

# assert_asked LOG SOURCE NAME: LOG has questions, and all of them are SOURCE's for NAME.
assert_asked() {
	local others
	others=$(grep -vE "^$2 (udp|tcp) $3\$" "$1") || :
	if [ -n "$others" ] || [ ! -s "$1" ]; then
		printf 'expected questions for %s from %s; was asked:\n%s\n' "$3" "$2" "$(cat "$1")" >&2
		return 1
	fi
}
