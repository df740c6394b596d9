# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=remote
packages=(socat)
text='TCP and UDP, TLS, and a listener'
servers() { serve_web; }
job() {
	pinned sh -c 'printf "GET /ip HTTP/1.0\r\n\r\n" | socat -t 5 -,ignoreeof OPENSSL:www.site.test:443' | tail -n 1 >over-tls
	pinned sh -c 'echo x | socat -t 1 - UDP:server.test:7002' | plain_addresses >over-udp
	came_from $(cat over-tls) $(cat over-udp)
	begin pinned socat TCP-LISTEN:8000,fork,reuseaddr 'SYSTEM:echo heard'
	wait_until local_listener 8000
	refuses 203.0.113.2 8000
	has heard in_ns server socat -u "TCP:$pin4:8000" -
}
