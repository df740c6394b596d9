# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=mail
packages=(swaks opensmtpd dovecot-imapd dovecot-pop3d)
text='a mail to an SMTP server'
version() { swaks --version; }
servers() { serve_mail; }
job() {
	pinned swaks -s server.test --to pinned@server.test --from x@site.test --body "by swaks $engine$pin" >/dev/null
	received "by swaks $engine$pin"
}
