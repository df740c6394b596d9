# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
text='HttpClient'
version() { :; }
job() { not_here ".NET is not in Debian's packages"; }
