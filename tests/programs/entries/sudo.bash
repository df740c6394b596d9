# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2086,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(sudo curl)
unreached=yes
text='curl as root, from a pinned shell'
version() { sudo --version; }
servers() { serve_web; }
job() {
	local said
	echo 'pinned ALL=(ALL) NOPASSWD: ALL' >"$ENTRY_DIR/sudoers"
	chmod 440 "$ENTRY_DIR/sudoers"
	mountpoint -q /etc/sudoers || mount --bind "$ENTRY_DIR/sudoers" /etc/sudoers
	said=$(pinned sh -c 'sudo -n curl -sS https://www.site.test/ip; :' 2>&1)
	if [[ $said == *'no new privileges'* ]]; then
		# What the manual says instead: the other way round.
		came_from $(user sudo -n "${pinning[@]}" curl -sS https://www.site.test/ip)
		not_here 'set-user-ID under no_new_privs: sudo refuses; the other way round, sudo bindto … is pinned'
	fi
	came_from $said
}
