# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=mail
packages=(fetchmail opensmtpd dovecot-imapd dovecot-pop3d)
text='a mailbox by IMAP'
version() { fetchmail --version; }
servers() { serve_mail; }
job() {
	a_mail
	echo "poll server.test protocol IMAP user pinned password pinned ssl sslcertfile $WORLD/ca.pem mda 'cat >got'" |
		user tee .fetchmailrc >/dev/null
	user chmod 600 .fetchmailrc
	pinned fetchmail -s
	has 'A mail.' cat got
	came_from $(fetched_from)
}
