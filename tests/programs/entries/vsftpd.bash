# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=server
packages=(vsftpd curl)
text='files, by active and by passive data connections'
version() { vsftpd -version 0>&1; }
job() {
	mkdir -p files && head -c 300000 /dev/urandom >files/file
	chmod 755 . files
	printf '%s\n' listen=YES listen_port=2121 run_as_launching_user=YES anonymous_enable=YES "anon_root=$PWD/files" \
		background=NO seccomp_sandbox=NO isolate=NO isolate_network=NO connect_from_port_20=NO xferlog_enable=NO >conf
	chown "$USER_ID" conf
	begin pinned vsftpd "$PWD/conf"
	only_on_pin 2121
	far curl -sS -m 10 -o passive "ftp://$pin4:2121/file"
	far curl -sS -m 10 --disable-eprt -P - -o active "ftp://$pin4:2121/file"
	same files/file passive && same files/file active
}
