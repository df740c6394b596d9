# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(iputils-ping)
unreached=yes
text='echoes, by ping sockets'
version() { ping -V; }
job() {
	has ' 0% packet loss' pinned ping -n -c 2 -i 0.2 server.test
	[ "$pin" = -a ] || has ' 0% packet loss' pinned ping -6 -n -c 2 -i 0.2 server.test
}
