# SPDX-License-Identifier: MIT
# What the tests of pools share.
# shellcheck shell=bash disable=SC2154,SC2034 # output and status are bats's, WHO is network.bash's

# The server gets addresses 192.0.2.101 to 192.0.2.120 and 2001:db8:9::101 to ::120 as well.
more_servers() {
	local i
	for i in {101..120}; do
		echo "addr add 192.0.2.$i/24 dev up0"
		echo "addr add 2001:db8:9::$i/64 dev up0 nodad"
	done | ip -n server -batch -
}

make_scripts() {
	{ echo 'from sockets import *' && cat; } >"$BINDTO_TESTS_DIR/tmp/pool.py" <<-'END'
		# usage: pool.py HOW,HOW... COUNT PEER...: reaches each PEER COUNT times in each way, and prints the sources, as the
		# server saw them, with how often it did. HOW is tcp, udp (connected) or sendto, or dual-tcp and so on by a socket
		# of both families; with -each, the sources for each PEER are told apart.
		import collections
		import sys
		hows, count, peers = sys.argv[1].split(","), int(sys.argv[2]), sys.argv[3:]
		seen = collections.Counter()

		def source(how, peer):
		    family = V6 if ":" in peer or how.startswith("dual-") else V4
		    if family == V6 and ":" not in peer:
		        peer = "::ffff:" + peer
		    with socket.socket(family, TCP if how.endswith("tcp") else UDP) as s:
		        s.settimeout(5)
		        if how.endswith("udp"):
		            s.connect((peer, DISCARD))
		            s.send(b"?")
		            return s.getsockname()[0]
		        return peer_of(s, (peer, WHO))

		for how in hows * count:
		    for peer in peers:
		        prefix = peer + " " if how.endswith("-each") else ""
		        seen[prefix + source(how.removesuffix("-each"), peer).removeprefix("::ffff:")] += 1
		for address in sorted(seen):
		    print(address, seen[address])
	END
	chmod 644 "$BINDTO_TESTS_DIR/tmp/pool.py"
}

# in_each_engine COMMAND...: runs COMMAND with each engine in $engine: as a user, and with the default one as root, too.
in_each_engine() {
	local WHO
	for engine in both preload supervise; do
		WHO=user "$@"
	done
	engine=both WHO=root "$@"
}

# pool OPTIONS... -- HOW COUNT PEER...
pool() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run client "$BINDTO" --engine "$engine" "${options[@]}" -- python3 "$BINDTO_TESTS_DIR/tmp/pool.py" "$@"
	assert_success
}

# refused MESSAGE OPTIONS...
refused() {
	local message=$1
	shift
	run client "$BINDTO" "$@" -- touch "$BINDTO_TESTS_DIR/tmp/started"
	assert_failure 125
	assert_output --partial "$message"
	[ ! -e "$BINDTO_TESTS_DIR/tmp/started" ]
}
