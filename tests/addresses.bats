#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --addresses: of the IPv6 addresses of -i's interface, a program uses temporary ones only, or none of those. wlan0
# has both here, and the kernel prefers the temporary ones.

load lib/network.bash
load lib/assertions.bash
on_network make_temporary

# make_temporary: has the kernel make a temporary address of wlan0 for each of two stable ones.
make_temporary() {
	in_client sh -c 'echo 2 >/proc/sys/net/ipv6/conf/wlan0/use_tempaddr'
	in_client ip addr add 2001:db8:2::65/64 dev wlan0 nodad mngtmpaddr valid_lft 9000 preferred_lft 8000
	in_client ip addr add 2001:db8:2::66/64 dev wlan0 nodad mngtmpaddr valid_lft 9000 preferred_lft 8000
	wait_until has_temporary 2
}

temporary_addresses() {
	ip -n client -6 -o addr show dev wlan0 temporary -tentative | sed -E 's|.* inet6 ([^/]+)/.*|\1|'
}

has_temporary() {
	[ "$(temporary_addresses | wc -l)" -eq "$1" ]
}

setup() {
	temporary=$(temporary_addresses)
	kind=temporary
}

# is_of_kind ADDRESS...: each ADDRESS is temporary, or none is, as $kind says.
is_of_kind() {
	local address
	for address; do
		if [ "$kind" = temporary ]; then
			grep -qxF "$address" <<<"$temporary" || fail "$address is not temporary"
		else
			[[ $address == 2001:db8:2::* ]] && ! grep -qxF "$address" <<<"$temporary" || fail "$address is not stable"
		fi || return
	done
}

# assert_sources COMMAND...: COMMAND prints the source of each socket, and all of them, and of the packets, are of
# $kind.
assert_sources() {
	witness_mark
	run client "$@"
	assert_success
	[ "$output" ] || fail "no source"
	# shellcheck disable=SC2046,SC2086 # words
	is_of_kind $output $(witness_since_mark | awk '$3 ~ /:/ { print $3 }' | sort -u)
}

sources_script() {
	script <<-END
		to = (REMOTE6, WHO)
		stable = "2001:db8:2::2"
		def source(kind, local=None, connects=False):
		    with socket.socket(V6, kind) as s:
		        s.settimeout(5)
		        if local: s.bind((local, 0 if kind == TCP else 5300))
		        if connects: s.connect(to)
		        return peer_of(s, None if connects else to)
		print(source(TCP), source(UDP), source(UDP, connects=True))
		print(source(TCP, "::"), source(UDP, "::"), source(UDP, "::", True))
		if "$1" == "named": print(source(TCP, stable), source(UDP, stable), source(UDP, stable, True))
	END
}

@test "--addresses=temporary: every source is temporary, even if the program names another or the kernel chooses" {
	local engine
	sources_script named
	for engine in both preload supervise; do
		as_each assert_sources "$BINDTO" --engine $engine -i wlan0 --addresses=temporary python3 "$SCRIPT"
	done
}

@test "--addresses=stable: no source is temporary, although the kernel prefers those" {
	local engine
	sources_script named
	kind=stable
	for engine in both preload supervise; do
		as_each assert_sources "$BINDTO" --engine $engine -i wlan0 --addresses stable python3 "$SCRIPT"
	done
	sources_script plain
	kind=temporary
	assert_sources "$BINDTO" -i wlan0 python3 "$SCRIPT" # the default
}

@test "curl and static programs leave from an address of the kind" {
	need curl
	for kind in temporary stable; do
		run client "$BINDTO" -6 -i wlan0 --addresses=$kind curl -s --http0.9 --max-time 10 "http://[2001:db8:9::1]:7000"
		is_of_kind "$(awk '{ print $2 }' <<<"$output")"
		run client "$BINDTO" -6 -i wlan0 --addresses=$kind "$PROBE/who-static" 2001:db8:9::1 7000
		is_of_kind "$(sed -E 's/^(peer )?([^ ]+).*/\2/' <<<"$output")"
	done
}

@test "if the temporary addresses change, another one is taken; if none is left, nothing leaves" {
	local engine first second
	for engine in both preload supervise; do
		script <<-END
			import sys
			def source(kind):
			    with socket.socket(V6, kind) as s:
			        s.settimeout(5)
			        try: return peer_of(s, (REMOTE6, WHO))
			        except OSError as failure: return errno.errorcode[failure.errno]
			for line in sys.stdin: print(source(TCP), source(UDP), flush=True)
		END
		coproc HELD { client "$BINDTO" --engine "$engine" -i wlan0 --addresses=temporary python3 "$SCRIPT" 2>&1; }
		echo >&"${HELD[1]}"
		read -r -u "${HELD[0]}" first second
		is_of_kind "$first" "$second"
		in_client ip addr del "$first/64" dev wlan0
		witness_mark
		echo >&"${HELD[1]}"
		read -r -u "${HELD[0]}" first second
		is_of_kind "$first" "$second"
		assert_only "$first" wlan0
		in_client ip addr del "$first/64" dev wlan0
		witness_mark
		echo >&"${HELD[1]}"
		read -r -u "${HELD[0]}" first second
		[[ $first$second =~ ^E[A-Z]+$ ]] || fail "$first $second"
		refute_packets
		kill "${HELD_PID:?}"
		wait "$HELD_PID" || :
		in_client ip addr del 2001:db8:2::65/64 dev wlan0
		in_client ip addr del 2001:db8:2::66/64 dev wlan0
		make_temporary
		temporary=$(temporary_addresses)
	done
}

@test "the program may not make the kernel prefer the other kind" {
	local engine
	for engine in both preload supervise; do
		run python "$BINDTO" --engine $engine -i wlan0 --addresses=temporary -- <<-'END'
			s = socket.socket(V6, UDP)
			for value in 2, 0x100, 1: print(error(s.setsockopt, 41, 72, value), s.getsockopt(41, 72) & 3)
		END
		assert_output $'EPERM 1\nEPERM 1\nNone 1'
	done
	run python "$BINDTO" -i wlan0 -- <<<'print(error(socket.socket(V6).setsockopt, 41, 72, 2))'
	assert_output None
}

@test "without an address of the kind nothing is started" {
	run client "$BINDTO" -i eth0 --addresses=temporary touch "$BINDTO_TESTS_DIR/user/started"
	assert_failure 125
	assert_line --index 0 "bindto: cannot pin to interface 'eth0': it has no temporary IPv6 address"
	assert_line --index 1 --regexp "^hint: sysctl net.ipv6.conf.eth0.use_tempaddr=2 "
	refute [ -e "$BINDTO_TESTS_DIR/user/started" ]
	run client "$BINDTO" -i '*' -6 --addresses=temporary --explain true # a pattern passes over it
	assert_line --regexp '^interface +wlan0 '
}

@test "an interface that has IPv4 alone is pinned under --addresses as without" {
	in_client ip link add spare type veth peer name spare2
	in_client ip link set spare up
	in_client ip link set spare2 up
	in_client ip addr add 192.0.2.77/28 dev spare
	run client "$BINDTO" -i spare --addresses=temporary true
	assert_success
	in_client ip link del spare
}

@test "a wrong word for --addresses is refused, and so are options that leave it nothing to choose" {
	run client "$BINDTO" -i wlan0 --addresses=temporal true
	assert_failure 125
	assert_output "bindto: cannot use '--addresses=temporal': it must be one of temporary, stable
hint: did you mean 'temporary'?"
	run client "$BINDTO" -p 4000 --addresses=stable true
	assert_failure 125
	assert_output "bindto: cannot use '--addresses' without '-i': it chooses among an interface's addresses"
	run client "$BINDTO" -i wlan0 -a 2001:db8:2::2 --addresses=stable true
	assert_failure 125
	assert_output "bindto: cannot use '--addresses' with '-a': that names the address"
	run client "$BINDTO" -4 -i wlan0 --addresses=stable true
	assert_failure 125
	assert_output "bindto: cannot use '--addresses' with '-4': it chooses among IPv6 addresses"
}
