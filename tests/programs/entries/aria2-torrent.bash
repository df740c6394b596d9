# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=media
packages=(aria2 opentracker transmission-cli)
text='a torrent from a peer, by a tracker'
limit=50
version() { aria2c --version; }
servers() { a_torrent; }
job() {
	begin_torrent
	pinned aria2c -q --seed-time=0 --enable-dht=false --enable-dht6=false --bt-enable-lpd=false --dir=got "$ENTRY_DIR/thing.torrent"
	same "$ENTRY_DIR/seed/thing" got/thing
	sent "tcp ($pin4|${pin6:-none}) [0-9]+ (192.0.2.1|2001:db8:9::1) "
}
