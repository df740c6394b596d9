# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=media
packages=(transmission-daemon transmission-cli opentracker aria2)
text='a torrent from a peer, by a tracker over UDP and http; then it seeds'
limit=80
version() { transmission-daemon --version; }
servers() { serve_torrent; }
job() {
	begin pinned transmission-daemon -f -g "$PWD/config" -w "$PWD/got" -p 9091 -P 51413 --no-portmap -T --no-dht --no-lpd
	wait_until user transmission-remote 127.0.0.1:9091 -l >/dev/null 2>&1
	user transmission-remote 127.0.0.1:9091 -a "$ENTRY_DIR/thing.torrent" >/dev/null
	wait_until arrived || wait_until arrived || wait_until arrived || fail 'it does not arrive'
	same "$ENTRY_DIR/seed/thing" got/thing
	only_on_pin 51413
	came_from $(peers_of_seed)
}
arrived() { cmp -s "$ENTRY_DIR/seed/thing" got/thing; }
