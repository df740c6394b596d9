# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=media
packages=(transmission-daemon transmission-cli opentracker aria2)
text='a torrent from a peer, by a tracker over UDP and http; then it seeds'
limit=50
version() { transmission-daemon --version; }
servers() { a_torrent; }
job() {
	begin_torrent
	begin pinned transmission-daemon -f -g "$PWD/config" -w "$PWD/got" -p 9091 -r 127.0.0.1 -P 51413 --no-portmap -T --no-dht --no-lpd
	wait_until local_listener 9091
	user transmission-remote 127.0.0.1:9091 -a "$ENTRY_DIR/thing.torrent"
	wait_until arrived || wait_until arrived || wait_until arrived || fail 'it does not arrive'
	same "$ENTRY_DIR/seed/thing" got/thing
	only_on_pin 51413
	sent "tcp ($pin4|${pin6:-none}) [0-9]+ (192.0.2.1|2001:db8:9::1) "
}
arrived() { cmp -s "$ENTRY_DIR/seed/thing" got/thing; }
