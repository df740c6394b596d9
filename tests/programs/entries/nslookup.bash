# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(bind9-dnsutils)
text='look-ups of its own'
own_dns=yes
job() {
	has "Address: 192.0.2.1" pinned nslookup www.site.test
}
