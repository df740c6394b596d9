# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=mail
packages=(irssi ngircd)
text='a chat: connects, joins, leaves'
version() { irssi --version; }
servers() { serve_irc; }
job() {
	: >"$ENTRY_DIR/irc.log"
	user mkdir -p .irssi
	echo 'settings = { core = { real_name = "x"; user_name = "x"; nick = "irssi"; }; };' | user tee .irssi/config >/dev/null
	(sleep 3 && printf '/join #room\n' && sleep 1 && printf '/quit\n' && sleep 1) |
		pinned env TERM=xterm script -qec 'stty rows 24 cols 80; irssi -c server.test' /dev/null >/dev/null
	chatted irssi
}
