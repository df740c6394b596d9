#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --dns: real resolvers ask the server of --dns from the pin, whichever server they are configured with, as root
# and as a user. dns_calls.bats has single calls.

load lib/network.bash
load lib/assertions.bash
load lib/dns.bash
load lib/programs.bash
on_network name_servers make_client

make_client() {
	export GO=$BINDTO_TESTS_DIR/tmp/go
	make_go_client "$GO" 1
}

# resolvers: prints the commands that look NAME up, one a line.
resolvers() {
	cat <<-END
		getent ahosts NAME
		$PROBE/lookup NAME
		dig +short NAME
		dig +short AAAA NAME
		dig +short +tcp NAME
		dig +short @192.0.2.77 NAME
		env GODEBUG=netdns=go $GO name NAME
		env GODEBUG=netdns=cgo $GO name NAME
		node -e require('dns').resolve4('NAME',(e,a)=>console.log(e,a))
		node -e require('dns').lookup('NAME',(e,a)=>console.log(e,a))
	END
	[ ! -x "$PROBE/lookup-musl" ] || echo "$PROBE/lookup-musl NAME"
	[ ! -x "$PROBE/lookup-m32" ] || ! runs_32_bit || echo "$PROBE/lookup-m32 NAME"
}

# each_resolver SOURCE UPLINK OPTION...: as $WHO, every resolver asks the server of --dns and no other, from SOURCE
# by UPLINK.
each_resolver() {
	local source=$1 uplink=$2 resolver name count=0
	shift 2
	while read -r resolver; do
		name=$((++count)).$WHO.test
		logs_emptied
		witness_mark
		# shellcheck disable=SC2086 # words
		run client "$BINDTO" "$@" -- ${resolver//NAME/$name} </dev/null
		assert_output --regexp '192\.0\.2\.1|2001:db8:9::1' || fail "$resolver" || return
		assert_asked "$NETWORK_DIR/names.log" "$source" "$name" || fail "$resolver" || return
		assert_only "$source" "$uplink" || fail "$resolver" || return
	done < <(resolvers)
	assert_equal "$(cat "$NETWORK_DIR/stub.log")" ""
}

@test "every resolver asks the server of --dns from the pin, and not the stub at 127.0.0.53" {
	need dig node go getent
	configured 127.0.0.53
	as_each each_resolver 203.0.113.3 eth0 --dns 192.0.2.1 -a 203.0.113.3
	as_each each_resolver 198.51.100.2 wlan0 --dns 192.0.2.1 -i wlan0
}

@test "every resolver asks the server of --dns from the pin, and not the stub at ::1" {
	need dig node go getent
	configured ::1
	as_each each_resolver 2001:db8:1::3 eth0 --dns 2001:db8:9::1 -a 2001:db8:1::3
	as_each each_resolver 2001:db8:2::2 wlan0 --dns 2001:db8:9::1 -i wlan0
}

@test "every resolver asks the server of --dns even if its family is not that of the configured server" {
	need dig node go getent
	configured ::1
	as_each each_resolver 203.0.113.3 eth0 --dns 192.0.2.1 -a 203.0.113.3
	as_each each_resolver 198.51.100.2 wlan0 --dns 192.0.2.1 -i wlan0
	configured 127.0.0.53
	as_each each_resolver 2001:db8:1::3 eth0 --dns 2001:db8:9::1 -a 2001:db8:1::3
	as_each each_resolver 2001:db8:2::2 wlan0 --dns 2001:db8:9::1 -i wlan0
}

# one_server SERVER SOURCE: as $WHO, a program asks SERVER, which writes other.log, from SOURCE, and no other.
one_server() {
	logs_emptied
	run client "$BINDTO" -i wlan0 --dns "$1" -- "$PROBE/lookup" port.test
	assert_line 192.0.2.1
	assert_asked "$NETWORK_DIR/other.log" "$2" port.test
	assert_equal "$(cat "$NETWORK_DIR/names.log" "$NETWORK_DIR/stub.log")" ""
}

@test "a server of --dns may have another port than 53" {
	configured 127.0.0.53
	as_each one_server 192.0.2.1:5353 198.51.100.2
	as_each one_server '[2001:db8:9::1]:5353' 2001:db8:2::2
}

two_servers() {
	configured "$1"
	logs_emptied
	client "$BINDTO" -i wlan0 --dns 192.0.2.1 --dns '[2001:db8:9::1]:5353' -- "$PROBE/lookup" two.test
	assert_asked "$NETWORK_DIR/$2.log" "$3" two.test
	: >"$NETWORK_DIR/$2.log"
	assert_equal "$(cat "$NETWORK_DIR"/{names,other,stub}.log)" ""
}

@test "of two servers of --dns, a program asks the one of its configured server's family" {
	as_each two_servers 127.0.0.53 names 198.51.100.2
	as_each two_servers ::1 other 2001:db8:2::2
}

large() {
	logs_emptied
	run client "$BINDTO" -a 203.0.113.3 --dns 192.0.2.1 -- getent ahosts "large.$WHO.test"
	assert_line --partial 192.0.2.1
	assert_asked "$NETWORK_DIR/names.log" 203.0.113.3 "large.$WHO.test"
	grep -q ' tcp ' "$NETWORK_DIR/names.log"
}

@test "a program asks over TCP, from the pin, if an answer does not fit into a datagram" {
	configured 127.0.0.53
	as_each large
}

on_this_host() {
	logs_emptied
	witness_mark
	for pin in "-a 203.0.113.3" "-i wlan0"; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin --dns "$1" -- "$PROBE/lookup" own.test
		assert_line 192.0.2.1
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin --dns "$1" -- dig +short own.test
		assert_line 192.0.2.1
	done
	assert_asked "$NETWORK_DIR/$3.log" "$2" own.test
	refute_packets
}

@test "a server of --dns on this host is reached by loopback, and nothing leaves" {
	need dig
	configured 192.0.2.1
	as_each on_this_host 127.0.0.53 127.0.0.1 stub
	as_each on_this_host 127.0.0.53:53 127.0.0.1 stub
}

unanswered() {
	logs_emptied
	witness_mark
	run client "$BINDTO" -a 203.0.113.3 --dns 203.0.113.3:9 -- "$PROBE/lookup" nobody.test
	assert_failure
	refute_output --partial 192.0.2.1
	assert_equal "$(cat "$NETWORK_DIR"/{names,other,stub}.log)" ""
	refute_packets
}

@test "if the server of --dns does not answer, the program asks no other" {
	configured 127.0.0.53
	as_each unanswered
	configured 192.0.2.1
	as_each unanswered
}

by_stub() {
	logs_emptied
	witness_mark
	run client "$BINDTO" -s -i wlan0 -- "$PROBE/lookup" stub.test
	assert_line 192.0.2.1
	assert_asked "$NETWORK_DIR/stub.log" 127.0.0.1 stub.test
	refute_packets
}

@test "without --dns, a program asks the stub on this host" {
	configured 127.0.0.53
	as_each by_stub
}

told() {
	run client "$BINDTO" -v -a 203.0.113.3 --dns 192.0.2.1 -- getent ahostsv4 told.test
	assert_line --regexp '^bindto: getent\[[0-9]+\]: udp 203\.0\.113\.3:[0-9]+ -> 192\.0\.2\.1:53: pinned$'
	refute_output --partial 127.0.0.53
}

@test "-v names the server of --dns, not the configured one" {
	configured 127.0.0.53
	as_each told
}

# service_is_away PATH: under --dns, a program cannot connect to PATH, the socket of a lookup service.
service_is_away() {
	local path=$1
	mkdir -p "${path%/*}"
	rm -f "$path"
	start client socat "UNIX-LISTEN:$path,fork,mode=777" /dev/null
	wait_until test -S "$path"
	script <<-END
		s = socket.socket(socket.AF_UNIX)
		print(error(s.connect, "$path"))
	END
	run client "$BINDTO" -a 203.0.113.3 -s -- python3 "$SCRIPT"
	assert_output None
	run client "$BINDTO" -a 203.0.113.3 --dns 192.0.2.1 -- python3 "$SCRIPT"
	assert_output ENOENT
}

@test "under --dns, a program cannot reach systemd-resolved's and nscd's sockets: ENOENT" {
	need socat
	service_is_away /run/systemd/resolve/io.systemd.Resolve
	service_is_away /run/nscd/socket
}

# refused VALUE REASON: bindto refuses --dns VALUE, and says REASON.
refused() {
	run client "$BINDTO" -a 203.0.113.3 --dns "$1" -- true
	assert_equal "$status" 125
	assert_line --index 0 "bindto: cannot use '--dns $1': $2"
}

@test "bindto refuses a bad value of --dns, and says in one line why" {
	local value
	for value in server 192.0.2 192.0.2.1: 192.0.2.1:x 192.0.2.1:-1 '[192.0.2.1]:53' '[2001:db8:9::1' '[2001:db8:9::1]53' \
		'2001:db8:9::1]:53' '' ':53' '[]:53'; do
		refused "$value" "it is not ADDR[:PORT]"
		assert_line --index 1 "hint: an IPv6 address with a port is written as [ADDR]:PORT"
	done
	for value in 192.0.2.1:0 192.0.2.1:65536 192.0.2.1:99999999999999999999; do
		refused "$value" "ports are 1 to 65535"
	done
	for value in 0.0.0.0 :: 224.0.0.1 '[ff02::1]:53'; do
		refused "$value" "it is no address of a server"
	done
	refused 2001:db8:9::1 "IPv6 has no pin to reach it by"
	refused fe80::1 "a link-local address needs a scope"
	refused fe80::1%none "there is no interface 'none'"
	refused 192.0.2.1%eth0 "only a link-local IPv6 address takes a scope"
	run client "$BINDTO" -a 203.0.113.3 --dns 192.0.2.1 --dns 192.0.2.2 -- true
	assert_equal "$status" 125
	assert_output "bindto: cannot use '--dns 192.0.2.2': IPv4 has its server already, 192.0.2.1"
	run client "$BINDTO" -a 203.0.113.3 --dns 192.0.2.1 --engine preload -- true
	assert_equal "$status" 125
	assert_output "bindto: cannot use '--dns' with '--engine preload': the library does not see libc's lookups
hint: leave out '--engine preload': the supervisor does it"
	run client "$BINDTO" --dns 192.0.2.1 -- true
	assert_line --index 0 "bindto: cannot pin: give -a, -i, -p, or an option from --mark to --rate"
}

@test "a server of --dns that is exempt needs no pin of its family" {
	run client "$BINDTO" -a 203.0.113.3 --dns ::1 -- true
	assert_success
	run client "$BINDTO" -a 203.0.113.3 --dns 2001:db8:1::2 -- true
	assert_success
	run client "$BINDTO" -a 203.0.113.3 -e 2001:db8:9::/64 --dns 2001:db8:9::1 -- true
	assert_success
}
