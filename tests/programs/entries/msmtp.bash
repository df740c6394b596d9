# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=mail
packages=(msmtp opensmtpd dovecot-imapd dovecot-pop3d)
text='a mail to an SMTP server'
version() { msmtp --version; }
servers() { serve_mail; }
job() {
	printf 'Subject: x\n\nby msmtp %s%s\n' "$engine" "$pin" >mail
	pinned sh -c 'msmtp --host=server.test --from=x@site.test pinned@server.test <mail'
	received "by msmtp $engine$pin"
}
