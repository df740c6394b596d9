# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(gdb curl)
text='around curl'
servers() { serve_web; }
job() {
	pinned gdb -nx -batch -ex 'set debuginfod enabled off' -ex run --args curl -sS -o said https://www.site.test/ip
	came_from $(cat said)
}
