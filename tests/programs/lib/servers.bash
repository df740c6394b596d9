# SPDX-License-Identifier: MIT
# The servers that entries share, and functions by which entries start their own. They run in the server's namespace
# until the entry ends, as root if not said otherwise.
# shellcheck shell=bash disable=SC2046,SC2154 # addresses are words; job.bash's variables

# serve COMMAND...: runs COMMAND, which must stay in the foreground, in a session of its own.
serve() {
	serve_in server "$@"
}

# serve_in NAMESPACE COMMAND...: the same in NAMESPACE; its process id is in $served.
serve_in() {
	nsenter "--net=/run/netns/$1" -- setsid "${@:2}" </dev/null >>"$ENTRY_DIR/served.log" 2>&1 &
	served=$!
	echo "$served" >>"$ENTRY_DIR/started"
}

# serve_as_user COMMAND...: the same as the server's ordinary user.
serve_as_user() {
	serve "${ORDINARY[@]}" "$@"
}

stop_started() {
	local pid
	[ -e "$ENTRY_DIR/started" ] || return 0
	while read -r pid; do
		kill -- "-$pid" 2>/dev/null || :
	done <"$ENTRY_DIR/started"
	while read -r pid; do
		wait_until gone "$pid" || kill -KILL -- "-$pid" 2>/dev/null || :
	done <"$ENTRY_DIR/started"
}

# listens PORT [tcp|udp]: something listens on this port of the server.
listens() {
	in_ns server ss -Hln"$([ "${2:-tcp}" = udp ] && echo u || echo t)" "sport = :$1" | grep -q .
}

# ready PORT [tcp|udp]: waits until something listens there.
ready() {
	wait_until listens "$@" || {
		tail -n 20 "$ENTRY_DIR/served.log"
		return 1
	}
}

WEB=$ENTRY_DIR/web

# serve_web: http and https for every name of the zone, with $WEB as the root of its files.
serve_web() {
	mkdir -p "$WEB"
	head -c 3000000 /dev/urandom >"$WEB/big.bin"
	serve python3 "$BINDTO_TESTS_DIR/lib/web.py" "$WEB" "$WORLD/site.chain" "$WORLD/site.key" "$ENTRY_DIR/web.log"
	ready 443
}

# web_saw PATH: prints the addresses from which PATH was asked for in this job.
web_saw() {
	awk -v path="$1" '$2 == path { print $3 }' "$ENTRY_DIR/web.log"
}

# serve_ssh: sshd, for the ordinary user's key.
serve_ssh() {
	ssh-keygen -q -t ed25519 -N '' -f "$ENTRY_DIR/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$ENTRY_DIR/key"
	mkdir -p /run/sshd
	serve /usr/sbin/sshd -D -e -f /dev/null -h "$ENTRY_DIR/host_key" -o PidFile=none -o StrictModes=no \
		-o UsePAM=no -o "AuthorizedKeysFile=$ENTRY_DIR/key.pub" -o 'Subsystem=sftp internal-sftp'
	ready 22
}

# ssh_ready: in a job, gives the user's ssh its key and the server's.
ssh_ready() {
	mkdir -p "$HOME_OF_USER/.ssh"
	cp "$ENTRY_DIR/key" "$HOME_OF_USER/.ssh/id_ed25519"
	echo "* $(cat "$ENTRY_DIR/host_key.pub")" >"$HOME_OF_USER/.ssh/known_hosts"
	chown -R "$USER_ID:$USER_ID" "$HOME_OF_USER/.ssh"
	chmod -R go= "$HOME_OF_USER/.ssh"
}

# trust_authority DIRECTORY: in a job, makes a browser's database of certificates in DIRECTORY below the user's home.
trust_authority() {
	user mkdir -p "$HOME_OF_USER/$1"
	user certutil -d "sql:$HOME_OF_USER/$1" -N --empty-password
	user certutil -d "sql:$HOME_OF_USER/$1" -A -t C,, -n tests -i "$WORLD/ca.pem"
}

# drive DRIVER PAGE DOWNLOAD COMMAND...: runs a browser; DRIVER, a Python script of lib/, plays its user.
drive() {
	user python3 "$BINDTO_TESTS_DIR/lib/$1" "$HOME_OF_USER" "$2" "$3" "${pinning[@]}" "${@:4}"
	[ -z "${PROGRAMS_KEEP:-}" ] || cp page.png "$PROGRAMS_KEEP/$name.$engine$pin.png"
}

# shows_pin: the browser fetched the pages, all their parts and the WebSocket from the pin.
shows_pin() {
	came_from $(head -n 1 page.txt) $(grep -o 'websocket .*' page.txt | cut -d, -f1 | cut -d' ' -f2)
	came_from $(web_saw /page/0) $(web_saw /page/1) $(web_saw /page/2) $(web_saw /style.css) \
		$(web_saw /script.js) $(web_saw /picture.svg) $(web_saw /ws)
}

# serve_http3: caddy, over TCP and UDP; it answers with the version of HTTP and the client's address.
serve_http3() {
	cat >"$ENTRY_DIR/Caddyfile" <<-END
		{
			admin off
			storage file_system $ENTRY_DIR/caddy
		}
		https://www.site.test {
			bind 192.0.2.1 2001:db8:9::1
			tls $WORLD/site.chain $WORLD/site.key
			header Content-Type text/html
			respond "<title>done</title>came {http.request.remote.host} {http.request.proto}"
		}
	END
	serve env HOME="$ENTRY_DIR" caddy run --config "$ENTRY_DIR/Caddyfile" --adapter caddyfile
	ready 443 udp
}

# a_repository DIRECTORY: makes a bare git repository with one file, to which the user may push.
a_repository() {
	git init -q -b main "$ENTRY_DIR/work"
	head -c 300000 /dev/urandom >"$ENTRY_DIR/work/file"
	git -C "$ENTRY_DIR/work" add file
	git -C "$ENTRY_DIR/work" -c user.name=x -c user.email=x@site.test commit -q -m first
	git clone -q --bare "$ENTRY_DIR/work" "$1"
	git -C "$1" update-server-info
	cp "$ENTRY_DIR/work/file" "$1/file"
	chown -R "$USER_ID:$USER_ID" "$1"
}

# serve_time: a chronyd that answers from its own clock, and leaves that alone.
serve_time() {
	printf 'local stratum 1\nallow all\nport 123\ncmdport 0\nbindcmdaddress /\npidfile %s/chronyd.pid\n' "$ENTRY_DIR" >"$ENTRY_DIR/chrony.conf"
	serve chronyd -U -x -d -u root -f "$ENTRY_DIR/chrony.conf"
	ready 123 udp
}

# build_go CGO: the Go program of this directory, as $ENTRY_DIR/client; go_reaches_and_listens is its job.
build_go() {
	CGO_ENABLED=$1 GO111MODULE=off GOCACHE="$ENTRY_DIR/gocache" GOPATH="$ENTRY_DIR/go" \
		go build -o "$ENTRY_DIR/client" "$PROGRAMS/lib/client.go"
}

# serve_mail: opensmtpd, which delivers to $ENTRY_DIR/mail/new, and dovecot with that as pinned's mailbox.
serve_mail() {
	mkdir -p "$ENTRY_DIR/mail"/{new,cur,tmp} "$ENTRY_DIR/dovecot"
	chown -R "$USER_ID:$USER_ID" "$ENTRY_DIR/mail"
	own_spool
	mkdir -p /var/spool/smtpd && chmod 711 /var/spool/smtpd
	cat >"$ENTRY_DIR/smtpd.conf" <<-END
		listen on up0 port 25
		action keep maildir "$ENTRY_DIR/mail" user pinned
		match from any for any action keep
	END
	serve smtpd -d -f "$ENTRY_DIR/smtpd.conf"
	cat >"$ENTRY_DIR/dovecot.conf" <<-END
		base_dir = $ENTRY_DIR/dovecot
		log_path = $ENTRY_DIR/dovecot.log
		protocols = imap pop3
		ssl = required
		ssl_cert = <$WORLD/site.chain
		ssl_key = <$WORLD/site.key
		mail_location = maildir:$ENTRY_DIR/mail
		passdb {
			driver = static
			args = password=pinned
		}
		userdb {
			driver = static
			args = uid=$USER_ID gid=$USER_ID home=$ENTRY_DIR
		}
	END
	serve dovecot -F -c "$ENTRY_DIR/dovecot.conf"
	ready 25 && ready 993 && ready 995
}

# own_spool: mounts a mail spool that is not the host's.
own_spool() {
	mountpoint -q /var/spool || mount -t tmpfs -o mode=755 tmpfs /var/spool
}

# received TEXT: a mail with TEXT has come from the pin.
received() {
	wait_until mail_with "$1"
	came_from $(grep -rl "$1" "$ENTRY_DIR/mail" | xargs sed -n 's/^Received: from .*\[\(IPv6:\)*\([^]]*\)\].*/\2/p; s/.*([^ ]* \[\([0-9a-f.:]*\)\]).*/\1/p' | sort -u)
}

mail_with() {
	grep -rq "$1" "$ENTRY_DIR/mail"/new "$ENTRY_DIR/mail"/cur
}

# a_mail: puts a mail into the mailbox; $ENTRY_DIR/dovecot.log tells who fetches it.
a_mail() {
	rm -f "$ENTRY_DIR/mail"/*/*
	printf 'From: x@site.test\nTo: pinned@server.test\nSubject: waiting\n\nA mail.\n' | user tee "$ENTRY_DIR/mail/new/1.x" >/dev/null
	: >"$ENTRY_DIR/dovecot.log"
}

fetched_from() {
	sed -n 's/.* rip=\([^,]*\),.*/\1/p' "$ENTRY_DIR/dovecot.log"
}

# serve_irc: ngircd; it tells from which address each user came.
serve_irc() {
	printf '[Global]\nName = server.test\nListen = ::,0.0.0.0\nMotdPhrase = hello\n[Options]\nPAM = no\nIdent = no\nDNS = no\n' >"$ENTRY_DIR/ngircd.conf"
	nsenter --net=/run/netns/server -- setsid "${ORDINARY[@]}" ngircd -n -f "$ENTRY_DIR/ngircd.conf" </dev/null >"$ENTRY_DIR/irc.log" 2>&1 &
	echo $! >>"$ENTRY_DIR/started"
	ready 6667
}

# chatted WORD: a user with the nick WORD was there, from the pin.
chatted() {
	came_from $(sed -n "s/.*User \"$1!.*@\\([^\"]*\\)\" registered.*/\\1/p" "$ENTRY_DIR/irc.log" | tr -d '[]')
}

# a_torrent: makes $ENTRY_DIR/thing.torrent of $ENTRY_DIR/seed/thing.
a_torrent() {
	mkdir -p "$ENTRY_DIR/seed"
	head -c 2000000 /dev/urandom >"$ENTRY_DIR/seed/thing"
	chown -R "$USER_ID" "$ENTRY_DIR/seed"
	transmission-create -o "$ENTRY_DIR/thing.torrent" -t udp://server.test:6969 -t http://server.test:6969/announce \
		"$ENTRY_DIR/seed/thing"
	chmod 644 "$ENTRY_DIR/thing.torrent"
	# Debian's tracker tracks only torrents that it is told of.
	transmission-show "$ENTRY_DIR/thing.torrent" | sed -n 's/^ *Hash[^:]*: //p' >"$ENTRY_DIR/tracked"
}

# begin_torrent: in a job, starts a tracker and a peer that has the whole file. Both remember their peers, and so
# each job needs its own.
begin_torrent() {
	begin in_ns server opentracker -i 0.0.0.0 -p 6969 -P 6969 -u nobody -d "$ENTRY_DIR" -w tracked
	ready 6969 && ready 6969 udp
	rm -rf "$ENTRY_DIR/seeder" && mkdir "$ENTRY_DIR/seeder" && chown "$USER_ID" "$ENTRY_DIR/seeder"
	wait_until seeder_is_gone # the last job's ends when it has told its tracker
	begin far transmission-daemon -f -g "$ENTRY_DIR/seeder" -w "$ENTRY_DIR/seed" -p 9092 -P 6881 --no-portmap -T --no-dht --no-lpd
	wait_until seeder -l
	seeder -a "$ENTRY_DIR/thing.torrent"
	wait_until seeds
}

seeder() {
	in_ns server transmission-remote 127.0.0.1:9092 "$@" >"$ENTRY_DIR/seeder.said" 2>&1
}

seeder_is_gone() {
	[ -z "$(in_ns server ss -Htuln 'sport = :6881')" ]
}

seeds() {
	seeder -l && grep -q 100% "$ENTRY_DIR/seeder.said"
}
