# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=remote
packages=(openssh-client openssh-server)
text='a file to another host and back'
version() { ssh -V; }
servers() { serve_ssh; }
job() {
	ssh_ready
	head -c 500000 /dev/urandom | user tee there >/dev/null
	pinned scp -q there "server.test:$PWD/between"
	pinned scp -q "server.test:$PWD/between" back
	same there back
}
