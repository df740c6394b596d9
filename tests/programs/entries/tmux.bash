# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=remote
packages=(tmux curl)
text='started by bindto, new windows and sessions from outside'
version() { tmux -V; }
servers() { serve_web; }
job() {
	pinned tmux -S "$PWD/socket" new-session -d -s first
	user tmux -S "$PWD/socket" new-window 'curl -s https://www.site.test/ip >window'
	user tmux -S "$PWD/socket" new-session -d 'curl -s https://www.site.test/ip >session'
	user tmux -S "$PWD/socket" send-keys -t first:0 'curl -s https://www.site.test/ip >keys' Enter
	wait_until filled window session keys
	user tmux -S "$PWD/socket" kill-server
	came_from $(cat window session keys)
}
