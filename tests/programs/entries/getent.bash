# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(libc-bin)
text="libc's own look-ups"
job() {
	local answer
	answer=$(pinned getent ahosts www.site.test)
	[[ $answer == *192.0.2.1* && $answer == *2001:db8:9::1* ]] || fail "$answer"
}
