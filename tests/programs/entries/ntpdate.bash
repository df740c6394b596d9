# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(ntpsec-ntpdate chrony)
text='the time of an NTP server'
servers() { serve_time; }
job() { has 'server.test' pinned ntpdate -q server.test; }
