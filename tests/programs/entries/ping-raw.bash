# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(iputils-ping libcap2-bin)
unreached=yes
text='echoes, by raw sockets that a file capability allows'
version() { ping -V; }
job() {
	# A copy, and a host that has closed ping sockets to users: then only the capability helps.
	cp /usr/bin/ping "$ENTRY_DIR/ping"
	setcap cap_net_raw=ep "$ENTRY_DIR/ping"
	in_ns client sh -c 'echo 1 0 >/proc/sys/net/ipv4/ping_group_range'
	trap 'end_jobs; in_ns client sh -c "echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range"' EXIT
	has ' 0% packet loss' user "$ENTRY_DIR/ping" -n -c 1 127.0.0.1
	said=$(pinned "$ENTRY_DIR/ping" -n -c 2 -i 0.2 192.0.2.1 2>&1) || case $said in
	*'not permitted'*) not_here "no_new_privs forbids file capabilities: as root, or let users have ping sockets" ;;
	esac
	has ' 0% packet loss' echo "$said"
}
