# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=server
packages=(dnsmasq-base bind9-dnsutils)
text='answers that it asks another server for'
own_dns=yes
version() { dnsmasq --version; }
job() {
	begin pinned dnsmasq -k -p 5300 -C /dev/null --no-hosts --no-resolv --server=192.0.2.1 --pid-file="$PWD/pid" --user= --group=
	only_on_pin 5300
	[[ $(far dig +short -p 5300 "@$pin4" www.site.test) == 192.0.2.1 ]] || fail "no answer over UDP"
	[[ $(far dig +short +tcp -p 5300 "@$pin4" cdn.site.test) == 192.0.2.2 ]] || fail "no answer over TCP"
}
