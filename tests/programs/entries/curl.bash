# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(curl)
text='pages over http and https from three hosts, in parallel; a file'
version() { curl --version; }
servers() { serve_web; }
job() {
	says_pin curl -sS --max-time 10 -Z https://www.site.test/ip http://cdn.site.test/ip https://pictures.site.test/ip
	pinned curl -sS --max-time 10 -o big https://www.site.test/big.bin
	same "$WEB/big.bin" big
}
