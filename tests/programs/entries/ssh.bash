# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=remote
packages=(openssh-client openssh-server)
text='a command on another host by its key'
version() { ssh -V; }
servers() { serve_ssh; }
job() {
	ssh_ready
	says_pin ssh server.test 'echo ${SSH_CLIENT%% *}'
}
