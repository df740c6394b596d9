# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(bind9-dnsutils)
text='look-ups of its own, over UDP and TCP'
own_dns=yes
job() {
	[[ $(pinned dig +short www.site.test A) == 192.0.2.1 ]] || fail "no answer over UDP"
	[[ $(pinned dig +short +tcp www.site.test AAAA) == 2001:db8:9::1 ]] || fail "no answer over TCP"
}
