# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=remote
packages=(autossh openssh-client openssh-server curl)
text='a tunnel that comes back when its connection is cut'
version() { autossh -V; }
servers() {
	serve_ssh
	serve_web
}
job() {
	ssh_ready
	begin pinned env AUTOSSH_POLL=5 AUTOSSH_GATETIME=0 autossh -M 20000 -N -L 7777:127.0.0.1:80 server.test
	wait_until tunnel
	kill $(of_user sshd server)
	wait_until tunnel
}
tunnel() { user curl -sf -m 2 http://127.0.0.1:7777/ip; }
