# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(make curl)
text='four curls at once'
servers() { serve_web; }
job() {
	printf 'all: 1 2 3 4\n1 2 3 4:\n\t@curl -sS https://www.site.test/ip\n' >Makefile
	says_pin make -s -j 4
}
