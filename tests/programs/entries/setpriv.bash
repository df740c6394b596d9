# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(util-linux curl)
text='curl as another user, from root'
servers() { serve_web; }
job() {
	came_from $(pinned_root setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all curl -sS https://www.site.test/ip)
}
