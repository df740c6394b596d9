# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=remote
packages=(openssh-client openssh-server)
text='a file from another host'
version() { ssh -V; }
servers() { serve_ssh; }
job() {
	ssh_ready
	pinned sftp -q "server.test:$ENTRY_DIR/host_key.pub" got
	same "$ENTRY_DIR/host_key.pub" got
}
