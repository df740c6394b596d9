# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(wget)
text='a page with what it needs, from its hosts; a file'
servers() { serve_web; }
job() {
	pinned wget -q -T 10 -t 1 -pH https://www.site.test/page/1
	came_from $(web_saw /style.css) $(web_saw /picture.svg)
	pinned wget -q -T 10 -t 1 https://www.site.test/big.bin
	same "$WEB/big.bin" big.bin
}
