# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(git)
text='a clone over https'
version() { git --version; }
servers() {
	serve_web
	a_repository "$WEB/project.git"
}
job() {
	pinned git clone -q https://www.site.test/project.git
	same "$WEB/project.git/file" project/file
	came_from $(web_saw /project.git/info/refs)
}
