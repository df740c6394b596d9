# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(python3-requests)
text='requests, with a session that keeps its connection'
servers() { serve_web; }
job() {
	says_pin env REQUESTS_CA_BUNDLE="$WORLD/ca.pem" python3 -c 'import requests
s = requests.Session()
print(*(s.get(u, timeout=10).text for u in ["https://www.site.test/ip", "https://www.site.test/ip", "http://cdn.site.test/ip"]))'
}
