# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(dex curl)
text='a desktop entry that starts curl'
servers() { serve_web; }
job() {
	a_desktop_entry
	pinned dex "$HOME_OF_USER/.local/share/applications/thing.desktop"
	wait_until filled said
	came_from $(cat said)
}
