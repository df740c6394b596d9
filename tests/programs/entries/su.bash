# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(util-linux curl)
needs=(su)
unreached=yes
text='curl as another user, from root, with and without its login'
servers() { serve_web; }
job() {
	came_from $(pinned_root su pinned -c 'curl -sS https://www.site.test/ip')
	came_from $(pinned_root su - pinned -c 'curl -sS https://www.site.test/ip')
}
