# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=browser
packages=(chromium libnss3-tools)
text='three tabs with parts from four hosts and a WebSocket, a download; its sandbox on'
limit=90
version() { chromium --version 2>/dev/null; }
servers() { serve_web; }
job() {
	trust_authority .pki/nssdb
	drive devtools.py https://www.site.test/page https://www.site.test/download/1 \
		chromium --headless --remote-debugging-pipe --no-first-run --user-data-dir="$HOME_OF_USER/profile"
	has 'You are adequately sandboxed' cat sandbox.txt
	shows_pin
}
