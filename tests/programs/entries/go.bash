# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(golang-go)
unreached=yes
text='net/http, UDP and a listener, without cgo (a static program)'
version() { go version | sed 's/.*go//'; }
servers() {
	serve_web
	build_go 0
}
job() { go_reaches_and_listens; }
