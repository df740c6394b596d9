# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(libgtk-3-bin curl)
text='a desktop entry that starts curl'
servers() { serve_web; }
job() {
	a_desktop_entry
	begin user broadwayd :5
	wait_until broadway_listens
	pinned env GDK_BACKEND=broadway BROADWAY_DISPLAY=:5 gtk-launch thing
	wait_until filled said
	came_from $(cat said)
}
broadway_listens() { in_ns client ss -Hxl | grep -q broadway; }
