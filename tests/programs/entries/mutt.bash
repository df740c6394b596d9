# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=mail
packages=(mutt opensmtpd dovecot-imapd dovecot-pop3d)
text='in batch: a mail by SMTP'
version() { mutt -v; }
servers() { serve_mail; }
job() {
	echo 'set ssl_force_tls=no ssl_starttls=no smtp_url=smtp://server.test from=x@site.test copy=no' | user tee .muttrc >/dev/null
	echo "by mutt $engine$pin" | user tee body >/dev/null
	pinned sh -c 'mutt -s subject pinned@server.test <body'
	received "by mutt $engine$pin"
}
