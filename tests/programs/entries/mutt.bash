# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=mail
packages=(mutt opensmtpd dovecot-imapd dovecot-pop3d)
text='in batch: a mail by SMTP, and a mailbox by IMAP'
version() { mutt -v; }
servers() { serve_mail; }
job() {
	a_mail
	cat >.muttrc <<-END
		set ssl_ca_certificates_file=$WORLD/ca.pem ssl_force_tls=no ssl_starttls=no smtp_url=smtp://server.test imap_user=pinned
		set imap_pass=pinned from=x@site.test copy=no timeout=5 imap_keepalive=5 quit=yes delete=no confirmcreate=no confirmappend=no
	END
	echo "by mutt $engine$pin" | user tee body >/dev/null
	pinned sh -c 'mutt -s subject pinned@server.test <body'
	received "by mutt $engine$pin"
	pinned env TERM=xterm script -qec "stty rows 24 cols 80; mutt -R -f imaps://server.test -e 'push \"<copy-message>~/fetched<enter>y<exit>\"'" /dev/null
	has 'A mail.' cat fetched
	came_from $(fetched_from)
}
