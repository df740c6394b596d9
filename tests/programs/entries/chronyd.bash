# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(chrony)
text='the time of an NTP server'
version() { chronyd --version; }
servers() { serve_time; }
job() { pinned chronyd -U -Q -t 10 "pidfile $PWD/pid" 'server server.test iburst maxsamples 2'; }
