# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(golang-go)
unreached=yes
text='net/http, UDP and a listener, with cgo (a dynamic program)'
version() { go version | sed 's/.*go//'; }
servers() {
	serve_web
	build_go 1
}
job() { go_reaches_and_listens; }
