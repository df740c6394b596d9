# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(coreutils curl)
text='curl, after its shell is gone'
servers() { serve_web; }
job() {
	pinned sh -c 'nohup sh -c "sleep 0.5; curl -sS -o said https://www.site.test/ip" >nohup.out 2>&1 &'
	wait_until filled said
	came_from $(cat said)
}
