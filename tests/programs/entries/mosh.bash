# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=remote
packages=(mosh openssh-server)
text='a session over UDP, begun over ssh'
version() { mosh --version; }
servers() { serve_ssh; }
job() {
	ssh_ready
	pinned env TERM=xterm script -qec "stty rows 24 cols 80; mosh server.test -- sh -c 'echo \${SSH_CLIENT%% *} >$PWD/came; sleep 1'" /dev/null
	came_from $(cat came)
	sent 'udp .* 6000[0-9]'
}
