# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=media
packages=(iperf3)
text='TCP, UDP, and both in reverse'
version() { iperf3 --version; }
limit=60
servers() {
	serve iperf3 -s
	ready 5201
}
job() {
	# shellcheck disable=SC2086 # options
	for how in '' -u '-R' '-u -R'; do
		has 'receiver' pinned iperf3 -c server.test -n 300K -b 10M $how
	done
}
