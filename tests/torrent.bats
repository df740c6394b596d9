#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A torrent client downloads by the pin, and goes on asking its tracker by it while the pinned interface gets a new lease,
# loses its carrier, and is deleted and made again.
# shellcheck disable=SC2034 # BY is nothing_by_eth0's

load lib/network.bash
load lib/assertions.bash
load lib/changes.bash
export WITNESS_UPLINKS=eth0=to-eth0 # the witness would lose wlan0; the tracker tells who comes by it
on_network make_torrent

# aria2 gives up a peer that does not answer after 180 s, so the test looks at what it asks its tracker.
TRACKER=(--bt-tracker-interval=1 --bt-tracker-connect-timeout=2 --bt-tracker-timeout=2)

# make_torrent: a file of 2 MB, and in the server a tracker and a peer that has the file.
make_torrent() {
	command -v aria2c >/dev/null || return 0
	TORRENT=$BINDTO_TESTS_DIR/tmp/torrent
	export TORRENT
	mkdir -p "$TORRENT/seed"
	head -c 2000000 /dev/urandom >"$TORRENT/seed/thing"
	cp "$BINDTO_SOURCE/tests/lib/tracker.py" "$TORRENT"
	start server python3 "$TORRENT/tracker.py" "$TORRENT"
	wait_until test -e "$TORRENT/ready"
	start server aria2c --seed-ratio=0.0 --check-integrity=true --listen-port=6881 --enable-dht=false --bt-enable-lpd=false \
		"${TRACKER[@]}" --no-conf -d "$TORRENT/seed" "$TORRENT/thing.torrent"
	wait_until grep -q '^192.0.2.1 6881' "$TORRENT/announced"
	chmod -R a+rX "$TORRENT"
}

announced() {
	grep -q "^$1 " "$TORRENT/announced"
}

# has_begun DIRECTORY: has a part of the file come?
has_begun() {
	[ -s "$1/thing" ]
}

goes_through() {
	local engine pid until got
	for engine in both preload supervise; do
		BY=(--engine "$engine")
		got=$(mktemp -d "$BINDTO_TESTS_DIR/tmp/got.XXXXXX")
		chmod 777 "$got"
		: >"$TORRENT/announced"
		witness_mark
		sleep 300 3>&- &
		until=$!
		client "$BINDTO" "${BY[@]}" -i wlan0 -- aria2c "--stop-with-process=$until" --max-download-limit=50K \
			--file-allocation=none --enable-dht=false --bt-enable-lpd=false "${TRACKER[@]}" --no-conf -d "$got" \
			"$TORRENT/thing.torrent" >"$got/said" 2>&1 3>&- &
		pid=$!
		wait_until announced 198.51.100.2
		wait_until has_begun "$got"
		wlan0_has 9
		wait_until announced 198.51.100.9
		ip -n router link set to-wlan0 down
		wlan0_has_carrier_again
		in_ns client ip link del wlan0
		wlan0_made_again
		wlan0_has 7
		wait_until announced 198.51.100.7
		kill "$until"
		wait "$pid" || :
		nothing_by_eth0
		wlan0_again
	done
}

@test "a torrent client goes through a new lease, a lost carrier and an interface that is made again" {
	need aria2c curl
	WHO=user goes_through
}
