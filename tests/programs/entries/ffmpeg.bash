# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(ffmpeg)
text='a sound read over https and decoded'
version() { ffmpeg -version; }
servers() {
	serve_web
	ffmpeg -v error -f lavfi -i sine=duration=3 "$WEB/tone.flac"
}
job() {
	pinned ffmpeg -v error -nostdin -i https://www.site.test/tone.flac tone.wav
	has 'duration=3.0' ffprobe -v error -show_entries format=duration tone.wav
	came_from $(web_saw /tone.flac)
}
