# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(parallel curl)
text='four curls at once'
servers() { serve_web; }
job() { says_pin parallel -j 4 curl -sS ::: https://www.site.test/ip http://cdn.site.test/ip http://www.site.test/ip; }
