# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(default-jdk-headless)
text='HttpURLConnection, NIO channels over TCP and UDP, and a listener'
limit=60
version() { java -version; }
servers() {
	serve_web
	javac -d "$ENTRY_DIR" "$PROGRAMS/lib/Client.java"
}
job() {
	begin pinned java -cp "$ENTRY_DIR" Client >said
	only_on_pin 8080
	wait_until holds_lines 3 said
	came_from $(plain_addresses <said)
}
