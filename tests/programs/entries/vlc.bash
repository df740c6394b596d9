# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=media
packages=(vlc-bin vlc-plugin-base ffmpeg)
text='a stream without a screen, kept in a file'
servers() {
	serve_web
	ffmpeg -v error -f lavfi -i sine=duration=3 "$WEB/tone.wav"
}
job() {
	pinned cvlc -q --no-plugins-cache --sout "#transcode{acodec=s16l}:std{access=file,mux=wav,dst=$PWD/got.wav}" \
		http://www.site.test/tone.wav vlc://quit
	[[ $(head -c 4 got.wav) == RIFF && $(stat -c %s got.wav) -gt 100000 ]] || fail 'no sound came'
	came_from $(web_saw /tone.wav)
}
