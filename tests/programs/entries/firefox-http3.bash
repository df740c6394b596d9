# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=browser
packages=(firefox-esr libnss3-tools caddy)
text='a page over HTTP/3 (QUIC)'
limit=60
version() { firefox-esr --version; }
servers() { serve_http3; }
job() {
	trust_authority profile
	user tee profile/user.js <<-'END'
		user_pref("network.http.http3.alt-svc-mapping-for-testing", "www.site.test;h3=:443");
		user_pref("network.http.http3.disable_when_third_party_roots_found", false);
		user_pref("network.http.http3.backup_timer_delay", 5000);
	END
	drive marionette.py https://www.site.test '' firefox-esr --headless \
		--marionette --remote-allow-system-access --no-remote --profile "$HOME_OF_USER/profile"
	grep -q HTTP/3 page.txt || fail "not HTTP/3: $(cat page.txt)"
	came_from $(cut -d' ' -f2 page.txt)
}
