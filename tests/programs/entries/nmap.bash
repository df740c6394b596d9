# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(nmap)
text='a connect scan'
version() { nmap --version; }
servers() { serve_web; }
job() { has '443/tcp open' pinned nmap -n -Pn -sT -p 80,443,444 192.0.2.1; }
