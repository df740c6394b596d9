# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=mail
packages=(weechat-headless ngircd)
text='a chat without a terminal: connects, joins, leaves'
version() { weechat-headless --version; }
servers() { serve_irc; }
job() {
	: >"$ENTRY_DIR/irc.log"
	pinned weechat-headless -d "$PWD/weechat" -r '/server add t server.test/6667 -notls -nicks=weechat' \
		-r '/connect t' -r '/wait 2 /quit'
	chatted weechat
}
