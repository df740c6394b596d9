# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(git openssh-client openssh-server)
text='a clone over ssh, and a push back'
version() { git --version; }
servers() {
	serve_ssh
	a_repository "$ENTRY_DIR/project.git"
}
job() {
	ssh_ready
	pinned git clone -q "ssh://server.test$ENTRY_DIR/project.git"
	same "$ENTRY_DIR/project.git/file" project/file
	pinned git -C project push -q origin "HEAD:refs/heads/$engine$pin"
	has "refs/heads/$engine$pin" user git -C "$ENTRY_DIR/project.git" show-ref
}
