# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(php-cli php-curl)
text='a stream, and curl'
version() { php --version; }
servers() { serve_web; }
job() {
	says_pin php -r 'echo file_get_contents("https://www.site.test/ip"); $c = curl_init("http://cdn.site.test/ip"); curl_exec($c);'
}
