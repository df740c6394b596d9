#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# While a program runs, its pinned interface is deleted and made again under its name, with another index.
# Without the interface, every call fails and nothing leaves elsewhere; when it is back, new sockets work.

load lib/network.bash
load lib/assertions.bash
export WITNESS=none # the witness would lose the device that it listens on
on_network make_script

make_script() {
	cat >"$BINDTO_TESTS_DIR/tmp/changes.py" <<-'END'
		# usage: changes.py DIRECTORY: makes a socket of each kind when DIRECTORY/before, then gone, then after exists.
		import time
		import sys
		from sockets import *
		directory = sys.argv[1]

		def source(family, kind):
		    with socket.socket(family, kind) as s:
		        s.settimeout(2)
		        return peer_of(s, (REMOTE4 if family == V4 else REMOTE6, WHO))

		def listener(family):
		    with socket.socket(family, TCP) as s:
		        s.bind(("", 0))
		        s.listen()
		        return s.getsockname()[0]

		def tell(act, *arguments):
		    try:
		        return act(*arguments)
		    except OSError as failure:
		        return errno.errorcode[failure.errno]

		for when in "before", "gone", "after":
		    while not os.path.exists(directory + "/" + when):
		        time.sleep(0.02)
		    for family in V4, V6:
		        print(when, 4 if family == V4 else 6, tell(source, family, TCP), tell(source, family, UDP),
		              tell(listener, family), flush=True)
		    open(directory + "/" + when + ".done", "w").close()
	END
}

# at WHEN: tells the program to make its sockets, and waits until it has made them.
at() {
	touch "$go/$1"
	wait_until test -e "$go/$1.done"
}

wlan0_made_again() {
	ip link add wlan0 netns client type veth peer name to-wlan0 netns router
	ip -n router -batch - <<-'END'
		link set to-wlan0 up
		addr replace 198.51.100.1/24 dev to-wlan0
		addr replace 2001:db8:2::1/64 dev to-wlan0 nodad
	END
	ip -n client link set wlan0 up
	wlan0_again
	wait_until links_are_up client
}

deleted_and_made_again() {
	local pid
	go=$(mktemp -d "$BINDTO_TESTS_DIR/tmp/go.XXXXXX")
	chmod 777 "$go"
	client "$BINDTO" "${BY[@]}" -i wlan0 -- python3 "$BINDTO_TESTS_DIR/tmp/changes.py" "$go" >"$go/out" 2>&1 &
	pid=$!
	at before
	in_ns client ip link del wlan0
	at gone
	wlan0_made_again
	at after
	wait "$pid"
	run grep -v '^gone' "$go/out"
	assert_output "before 4 198.51.100.2 198.51.100.2 198.51.100.2
before 6 2001:db8:2::2 2001:db8:2::2 ::
after 4 198.51.100.2 198.51.100.2 198.51.100.2
after 6 2001:db8:2::2 2001:db8:2::2 ::"
	run grep '^gone' "$go/out"
	refute_output --regexp '[0-9]\.[0-9]|::'
	[ "${#lines[@]}" -eq 2 ]
}

@test "when the interface is back under its name, new sockets are pinned to it: the default engine" {
	BY=()
	as_each deleted_and_made_again
}

@test "when the interface is back under its name, new sockets are pinned to it: --engine preload" {
	BY=(--engine preload)
	as_each deleted_and_made_again
}

@test "when the interface is back under its name, new sockets are pinned to it: --strict" {
	BY=(--strict)
	as_each deleted_and_made_again
}

# The commands that a pinned shell starts after the change get the pin that the shell was started with.
pinned_shell() {
	local pid
	go=$(mktemp -d "$BINDTO_TESTS_DIR/tmp/go.XXXXXX")
	chmod 777 "$go"
	client "$BINDTO" "${BY[@]}" -i wlan0 -- bash -c 'touch "$0/ready"; while [ ! -e "$0/go" ]; do sleep 0.02; done
		for target in 192.0.2.1 [2001:db8:9::1]; do curl -sS "http://$target/"; done' "$go" >"$go/out" 2>&1 &
	pid=$!
	wait_until test -e "$go/ready"
	in_ns client ip link del wlan0
	wlan0_made_again
	touch "$go/go"
	wait "$pid" || :
	run cat "$go/out"
	assert_output $'198.51.100.2\n2001:db8:2::2'
}

@test "when the interface is back under its name, commands of a pinned shell are pinned to it" {
	for engine in both preload supervise; do
		BY=(--engine "$engine")
		as_each pinned_shell
	done
}
