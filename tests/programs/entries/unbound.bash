# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=server
packages=(unbound bind9-dnsutils)
text='answers that it asks another server for'
own_dns=yes
version() { unbound -V; }
job() {
	cat >conf <<-END
		server:
			interface: 0.0.0.0@5300
			interface: ::0@5300
			access-control: 0.0.0.0/0 allow
			do-daemonize: no
			username: ""
			chroot: ""
			directory: "$PWD"
			pidfile: "$PWD/pid"
			use-syslog: no
			module-config: iterator
			local-zone: "test." nodefault
		forward-zone:
			name: "."
			forward-addr: 192.0.2.1
	END
	begin pinned unbound -d -c "$PWD/conf"
	only_on_pin 5300
	[[ $(far dig +short -p 5300 "@$pin4" www.site.test) == 192.0.2.1 ]] || fail "no answer over UDP"
	[[ $(far dig +short +tcp -p 5300 "@$pin4" cdn.site.test) == 192.0.2.2 ]] || fail "no answer over TCP"
}
