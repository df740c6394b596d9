# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(lftp vsftpd)
text='files over FTP, by active and by passive data connections'
version() { lftp --version; }
servers() {
	mkdir -p "$ENTRY_DIR/files" /run/vsftpd/empty
	head -c 300000 /dev/urandom >"$ENTRY_DIR/files/file"
	printf '%s\n' listen=NO listen_ipv6=YES anonymous_enable=YES "anon_root=$ENTRY_DIR/files" background=NO \
		seccomp_sandbox=NO secure_chroot_dir=/run/vsftpd/empty xferlog_enable=NO >"$ENTRY_DIR/vsftpd.conf"
	serve vsftpd "$ENTRY_DIR/vsftpd.conf"
	ready 21
}
job() {
	for passive in on off; do
		pinned lftp -c "set ftp:passive-mode $passive; set net:timeout 5; set net:max-retries 2
			open ftp://server.test; get file -o $PWD/$passive"
		same "$ENTRY_DIR/files/file" "$passive"
	done
}
