# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(valgrind curl)
unreached=yes
limit=90
text='around curl'
servers() { serve_web; }
job() { says_pin valgrind -q curl -sS http://www.site.test/ip; }
