# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(findutils curl)
text='four curls at once'
servers() { serve_web; }
job() { says_pin sh -c "yes https://www.site.test/ip | head -n 8 | xargs -n 1 -P 4 curl -sS"; }
