# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=server
packages=(haproxy curl)
text='a proxy that chooses a source of its own'
version() { haproxy -v; }
servers() { serve_web; }
job() {
	cat >conf <<-END
		defaults
			mode http
			timeout connect 5s
			timeout client 5s
			timeout server 5s
		frontend in
			bind :8080
			default_backend out
		backend out
			source 203.0.113.2
			server far 192.0.2.1:80
	END
	begin pinned haproxy -db -f conf
	only_on_pin 8080
	came_from $(far curl -sS "http://$pin4:8080/ip")
}
