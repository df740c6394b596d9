# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(rsync openssh-client openssh-server)
text='a tree over ssh, both ways'
version() { rsync --version; }
servers() {
	serve_ssh
	mkdir -p "$ENTRY_DIR/tree/a/b"
	head -c 500000 /dev/urandom >"$ENTRY_DIR/tree/a/b/file"
}
job() {
	ssh_ready
	pinned rsync -a "server.test:$ENTRY_DIR/tree" .
	same "$ENTRY_DIR/tree/a/b/file" tree/a/b/file
	pinned rsync -a tree/ "server.test:$HOME_OF_USER/back"
	same "$ENTRY_DIR/tree/a/b/file" back/a/b/file
}
