# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(strace curl)
text='around curl'
servers() { serve_web; }
job() { says_pin strace -f -o trace curl -sS https://www.site.test/ip; }
