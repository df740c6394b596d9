# SPDX-License-Identifier: MIT
# The world of the programs: the tests' network with more addresses of servers, names for them, a certificate
# authority that every program trusts, and an ordinary user with a home.
# shellcheck shell=bash disable=SC2034,SC2154 # network.bash's variables

USER_ID=59123
WORLD=$BINDTO_TESTS_DIR/world

world_up() {
	local name
	mkdir -p "$WORLD"
	chmod 755 "$WORLD"
	cp "$PROGRAMS"/lib/*.py "$BINDTO_TESTS_DIR/lib"
	chmod 644 "$BINDTO_TESTS_DIR"/lib/*.py
	WITNESS=$BINDTO_TESTS_DIR/lib/capture.py
	network_up
	stop "$started" # the tests' own server, whose ports are wanted here
	server_addresses
	in_ns client sh -c 'echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range'
	# The kernel sends as many ICMP errors as traceroute asks for.
	for name in router server; do
		in_ns "$name" sh -c 'cd /proc/sys/net; echo 0 >ipv4/icmp_ratelimit; echo 0 >ipv6/icmp/ratelimit'
	done
	an_ordinary_user
	a_certificate_authority
	names
}

# Ends everything that was started, here and in the programs' namespaces.
world_down() {
	network_down
	wait_until nobody_left || {
		processes >"$PROGRAMS_RESULTS/left-running"
		echo "left running: $(processes)" >&2
		return 1
	}
}

nobody_left() {
	[ -z "$(processes)" ]
}

# processes: of this run but this shell, the first in its namespace, and what lists them.
processes() {
	local self=$BASHPID
	ps -e -o pid=,ppid=,stat=,comm= |
		awk -v self="$self" '$1 != 1 && $1 != self && $2 != self && $3 !~ /^Z/ { print $4 "(" $1 ")" }'
}

server_addresses() {
	local n
	for n in 2 3 4 5 6 7 8; do
		ip -n server addr add "192.0.2.$n/24" dev up0
		# Not preferred: what the server itself begins, or answers from a wildcard, is from ::1.
		ip -n server addr add "2001:db8:9::$n/64" dev up0 nodad preferred_lft 0
	done
}

# Programs ask for their user's name and home.
an_ordinary_user() {
	local file
	for file in passwd group shadow; do
		cp "/etc/$file" "$WORLD/$file"
	done
	chmod 644 "$WORLD"/{passwd,group}
	echo "pinned:x:$USER_ID:$USER_ID:An ordinary user:$BINDTO_TESTS_DIR/user:/bin/bash" >>"$WORLD/passwd"
	echo "pinned:x:$USER_ID:" >>"$WORLD/group"
	# The password is "pinned".
	echo "pinned:$(openssl passwd -6 -salt pinned pinned):19000:0:99999:7:::" >>"$WORLD/shadow"
	for file in passwd group shadow; do
		mount --bind "$WORLD/$file" "/etc/$file"
	done
}

a_certificate_authority() {
	local all=/etc/ssl/certs/ca-certificates.crt
	(
		cd "$WORLD" || exit
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout ca.key -out ca.pem \
			-subj "/CN=The tests' authority" -addext keyUsage=critical,keyCertSign
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout site.key -out site.csr -subj /CN=www.site.test
		openssl x509 -req -in site.csr -CA ca.pem -CAkey ca.key -days 20 -out site.pem -extfile <(
			echo "subjectAltName=DNS:site.test,DNS:*.site.test,DNS:server.test,IP:192.0.2.1,IP:2001:db8:9::1"
			echo "extendedKeyUsage=serverAuth"
		)
		cat site.pem ca.pem >site.chain
		chmod 644 ./*.pem site.chain site.key
		cat "$all" ca.pem >all.pem 2>/dev/null || cp ca.pem all.pem
	) >"$WORLD/openssl.log" 2>&1
	[ ! -e "$all" ] || mount --bind "$WORLD/all.pem" "$all"
}

# The hosts file names this host only, so that programs ask the name server for all other names.
names() {
	printf '127.0.0.1 localhost %s\n::1 localhost\n' "$(uname -n)" >"$BINDTO_TESTS_DIR/hosts"
	printf 'nameserver 192.0.2.1\noptions timeout:2 attempts:2\n' >"$BINDTO_TESTS_DIR/resolv.conf"
	echo 'hosts: files dns' | cat - <(grep -v ^hosts: /etc/nsswitch.conf) >"$WORLD/nsswitch.conf"
	mount --bind "$WORLD/nsswitch.conf" /etc/nsswitch.conf
	cat >"$WORLD/zone" <<-'END'
		192.0.2.1 www.site.test site.test server.test
		2001:db8:9::1 www.site.test site.test server.test
		192.0.2.2 cdn.site.test
		2001:db8:9::2 cdn.site.test
		192.0.2.3 pictures.site.test
		2001:db8:9::4 talk.site.test
		192.0.2.4 talk.site.test
		203.0.113.2 client.test
	END
	start server python3 "$BINDTO_TESTS_DIR/lib/zone.py" "$WORLD/zone" "$WORLD/zone.ready" "$WORLD/zone.log"
	wait_until test -e "$WORLD/zone.ready"
}
