# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(whois socat)
text='a query'
version() { whois --version; }
servers() {
	serve socat TCP6-LISTEN:43,fork,reuseaddr 'SYSTEM:read line; echo came $SOCAT_PEERADDR'
	ready 43
}
job() { came_from $(pinned whois -h server.test example | sed -n 's/^came //p' | plain_addresses); }
