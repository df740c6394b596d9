# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=remote
packages=(inetutils-telnet socat)
text='a greeting'
version() { telnet --version; }
servers() {
	serve socat TCP6-LISTEN:23,fork,reuseaddr 'SYSTEM:echo came $SOCAT_PEERADDR; read line'
	ready 23
}
job() {
	local said
	said=$(pinned sh -c '(sleep 1; echo) | telnet server.test') || :
	came_from $(sed -n 's/^came \[*\([0-9a-fA-F:.]*\).*/\1/p' <<<"$said" | plain_addresses)
}
