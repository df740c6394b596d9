# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(w3m)
text='a page as text'
servers() { serve_web; }
job() { says_pin w3m -dump https://www.site.test/ip; }
