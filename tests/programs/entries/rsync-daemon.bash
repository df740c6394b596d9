# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(rsync)
text='a tree from a daemon'
version() { rsync --version; }
servers() {
	mkdir -p "$ENTRY_DIR/tree/a"
	head -c 500000 /dev/urandom >"$ENTRY_DIR/tree/a/file"
	printf '[tree]\npath = %s\nlog file = %s\nuse chroot = no\n' "$ENTRY_DIR/tree" "$ENTRY_DIR/rsyncd.log" >"$ENTRY_DIR/rsyncd.conf"
	serve rsync --daemon --no-detach --config="$ENTRY_DIR/rsyncd.conf"
	ready 873
}
job() {
	: >"$ENTRY_DIR/rsyncd.log"
	pinned rsync -a rsync://server.test/tree/ tree
	same "$ENTRY_DIR/tree/a/file" tree/a/file
	came_from $(sed -n 's/.*rsync on tree.* from .*(\([0-9a-f.:]*\)).*/\1/p' "$ENTRY_DIR/rsyncd.log")
}
