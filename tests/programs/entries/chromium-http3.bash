# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=browser
packages=(chromium caddy openssl)
text='a page over HTTP/3 (QUIC)'
limit=60
version() { chromium --version 2>/dev/null; }
servers() { serve_http3; }
job() {
	local hash
	hash=$(openssl x509 -in "$WORLD/site.pem" -noout -pubkey | openssl pkey -pubin -outform der |
		openssl dgst -sha256 -binary | base64)
	pinned chromium --headless --no-first-run --user-data-dir="$HOME_OF_USER/profile" --dump-dom \
		--origin-to-force-quic-on=www.site.test:443 --ignore-certificate-errors-spki-list="$hash" \
		https://www.site.test/ >page.txt
	[[ $(cat page.txt) =~ came\ ([^\ ]+)\ HTTP/3 ]] || fail "not HTTP/3: $(cat page.txt)"
	came_from "${BASH_REMATCH[1]}"
}
