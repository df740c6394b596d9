# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=remote
packages=(ncat)
text='TCP and UDP, TLS, and a listener'
servers() {
	serve ncat -lk 7000 --keep-open --sh-exec 'echo $NCAT_REMOTE_ADDR'
	serve ncat -lk 7001 --ssl --sh-exec 'echo $NCAT_REMOTE_ADDR'
	ready 7000 && ready 7001
	serve_web
}
job() {
	says_pin ncat --recv-only server.test 7000
	says_pin ncat --recv-only --ssl server.test 7001
	came_from $(pinned sh -c '(echo hello; sleep 1) | ncat -u server.test 7002' | plain_addresses)
	begin pinned ncat -l 8000 --sh-exec 'echo heard'
	wait_until local_listener 8000
	refuses 203.0.113.2 8000
	has heard in_ns server ncat --recv-only "$pin4" 8000
}
