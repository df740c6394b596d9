# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(ruby)
text='net/http, in threads'
version() { ruby --version; }
servers() { serve_web; }
job() {
	says_pin ruby -rnet/http -e 'puts 4.times.map { Thread.new { Net::HTTP.get(URI("https://www.site.test/ip")) } }.map(&:value)'
}
