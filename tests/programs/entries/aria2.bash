# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(aria2)
text='a file in parts, over four connections'
version() { aria2c --version; }
servers() { serve_web; }
job() {
	pinned aria2c -q -x 4 -s 4 -k 1M --file-allocation=none https://www.site.test/big.bin
	same "$WEB/big.bin" big.bin
	came_from $(web_saw /big.bin)
}
