# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(coreutils curl)
text='around curl'
servers() { serve_web; }
job() { says_pin timeout 10 curl -sS https://www.site.test/ip; }
