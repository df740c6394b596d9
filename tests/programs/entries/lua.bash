# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(lua5.4 lua-socket)
text='luasocket'
servers() { serve_web; }
job() { says_pin lua5.4 -e 'io.write((require("socket.http").request("http://www.site.test/ip")))'; }
