# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=media
packages=(mpd mpc ffmpeg)
text='plays a stream, and serves it'
version() { mpd --version; }
servers() {
	serve_web
	ffmpeg -v error -f lavfi -i sine=duration=60 "$WEB/tone.flac"
}
job() {
	user mkdir music
	printf '%s\n' "music_directory \"$PWD/music\"" "db_file \"$PWD/db\"" 'bind_to_address "any"' 'port "6600"' 'log_file "/dev/stderr"' \
		'audio_output {' 'type "httpd"' 'name "x"' 'port "8080"' 'encoder "flac"' 'format "44100:16:1"' 'always_on "yes"' '}' >conf
	begin pinned mpd --no-daemon --stderr "$PWD/conf"
	only_on_pin 6600
	far mpc -q -h "$pin4" add http://www.site.test/tone.flac
	far mpc -q -h "$pin4" play
	only_on_pin 8080
	[ "$(far curl -s -m 2 "http://$pin4:8080/" | head -c 4)" = fLaC ] || fail 'no stream'
	came_from $(web_saw /tone.flac)
}
