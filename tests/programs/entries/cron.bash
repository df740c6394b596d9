# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(cron curl)
text='a job of the user, which cron starts with an environment of its own'
servers() { serve_web; }
job() {
	own_spool
	mkdir -p /var/spool/cron && install -d -m 1730 -g crontab /var/spool/cron/crontabs
	echo "@reboot curl -sS -o $PWD/said https://www.site.test/ip" >/var/spool/cron/crontabs/pinned
	chown "$USER_ID:crontab" /var/spool/cron/crontabs/pinned && chmod 600 /var/spool/cron/crontabs/pinned
	rm -f /run/crond.reboot /run/crond.pid
	begin pinned_root cron -f
	wait_until filled said
	came_from $(cat said)
}
