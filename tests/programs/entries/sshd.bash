# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=server
packages=(openssh-server openssh-client curl)
text='a session that fetches a page, and forwarding'
version() { ssh -V; }
servers() {
	serve_web
	ssh-keygen -q -t ed25519 -N '' -f "$ENTRY_DIR/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$ENTRY_DIR/key"
}
job() {
	ssh_ready
	cp "$ENTRY_DIR/host_key" . && chown "$USER_ID" host_key
	begin pinned /usr/sbin/sshd -D -e -f /dev/null -p 2222 -h "$PWD/host_key" -o PidFile=none -o StrictModes=no \
		-o UsePAM=no -o "AuthorizedKeysFile=$ENTRY_DIR/key.pub"
	only_on_pin 2222
	came_from $(printf 'GET /ip HTTP/1.0\r\n\r\n' | far ssh -p 2222 -W www.site.test:80 "$pin4" | tail -n 1)
	came_from $(far ssh -p 2222 "$pin4" curl -sS https://www.site.test/ip)
}
