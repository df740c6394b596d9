# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(bind9-host)
text='look-ups of its own'
own_dns=yes
job() {
	has "www.site.test has address 192.0.2.1" pinned host www.site.test
}
