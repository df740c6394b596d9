# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=mail
packages=(mpop opensmtpd dovecot-imapd dovecot-pop3d)
text='a mailbox by POP3'
version() { mpop --version; }
servers() { serve_mail; }
job() {
	a_mail
	user touch got
	pinned mpop -Q --host=server.test --user=pinned --passwordeval='echo pinned' --tls=on --tls-starttls=off \
		--tls-trust-file="$WORLD/ca.pem" --auth=user --delivery="mbox,$PWD/got" --uidls-file="$PWD/uidls"
	has 'A mail.' cat got
	came_from $(fetched_from)
}
