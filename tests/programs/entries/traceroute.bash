# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(traceroute)
text='the way to a host, over UDP and TCP'
version() { traceroute --version; }
job() {
	has '192.0.2.1 ' pinned traceroute -n -q 1 -w 2 -m 4 192.0.2.1
	has '192.0.2.1 ' pinned traceroute -n -q 1 -w 2 -m 4 server.test
}
