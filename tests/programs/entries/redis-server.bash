# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=server
packages=(redis-server redis-tools)
needs=(redis-server redis-cli)
text='a replica of another: it answers, and fetches'
version() { redis-server --version; }
servers() {
	serve redis-server --port 6379 --bind '*' '-::*' --protected-mode no --save '' --dir "$ENTRY_DIR"
	ready 6379
	in_ns server redis-cli set key value
}
job() {
	begin pinned redis-server --port 6400 --bind '*' --protected-mode no --save '' --replicaof server.test 6379
	only_on_pin 6400
	wait_until replicated
	came_from $(in_ns server redis-cli info replication | sed -n 's/^slave.*ip=\([^,]*\),port=6400.*/\1/p')
}
replicated() { [ "$(far redis-cli -h "$pin4" -p 6400 get key)" = value ]; }
