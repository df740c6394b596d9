# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=browser
packages=(firefox-esr libnss3-tools)
text='three tabs with parts from four hosts and a WebSocket, a download; its sandbox on'
limit=90
version() { firefox-esr --version; }
servers() { serve_web; }
job() {
	trust_authority profile
	drive marionette.py https://www.site.test/page https://www.site.test/download/1 firefox-esr --headless \
		--marionette --remote-allow-system-access --no-remote --profile "$HOME_OF_USER/profile"
	shows_pin
}
