#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The command line: what is accepted, what is refused with one clear line and exit status 125, and
# which programs cannot be pinned by a preload library. Nothing is started when bindto refuses.

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
on_network

STARTED=$BINDTO_TESTS_DIR/tmp/started

# refused REGEX OPTION...: one line, perhaps a hint, exit status 125, and the program is not started.
refused() {
	local regex=$1
	shift
	rm -f "$STARTED"
	run client "$BINDTO" "$@" sh -c ": >$STARTED"
	refused_with "$regex" 125
}

refused_with() {
	assert_equal "$status" "$2"
	assert_line --index 0 --regexp "^bindto: cannot .*$1"
	[ "${#lines[@]}" -eq 1 ] || assert_line --index 1 --regexp '^hint: '
	[ "${#lines[@]}" -le 2 ]
	[ ! -e "$STARTED" ]
}

@test "without a pin nothing is run" {
	refused 'give -a, -i, -p'
	refused 'give -a, -i, -p' -v -4
}

@test "an address that does not parse, is the wildcard's or a group's is refused" {
	refused "'1\.2\.3'" -a 1.2.3
	refused "'203\.0\.113\.3 '" -a '203.0.113.3 '
	refused "'localhost'" -a localhost
	refused "''" -a ''
	refused "'224\.0\.0\.1'.*multicast" -a 224.0.0.1
	refused "'ff02::1'.*multicast" -a ff02::1
	refused "'0\.0\.0\.0'.*wildcard" -a 0.0.0.0
	refused "'::'.*wildcard" -a ::
}

@test "an address that is not this host's is refused, and the nearest one is named" {
	refused "'203\.0\.113\.4'" -a 203.0.113.4
	assert_line --index 1 --partial '203.0.113.'
	refused "'198\.51\.100\.77'" -a 198.51.100.77
	assert_line --index 1 --partial '198.51.100.'
	refused "'2001:db8:2::9'" -a 2001:db8:2::9
	assert_line --index 1 --partial '2001:db8:2::'
}

@test "an address given twice is refused" {
	refused "'203\.0\.113\.2' twice" -a 203.0.113.2 -a 203.0.113.2
	refused "'2001:db8:1::2' twice" -a 2001:db8:1::2 -a 203.0.113.3 -a 2001:db8:1::2
}

@test "an interface that does not exist is refused, and those that do are listed" {
	refused "'nope'" -i nope
	assert_line --index 1 --regexp 'eth0.*wlan0'
	refused "'q\*'" -i 'q*'
	refused "'99'" -i 99
	refused "''" -i ''
}

@test "what was mistyped is answered with the nearest right thing" {
	hinted() {
		run client "$BINDTO" "${@:2}"
		assert_equal "$status" 125
		assert_line --index 1 "hint: $1"
	}
	hinted "did you mean 'wlan0'?" -i wlan1 true
	hinted "did you mean 'wlan0'?" -i Wlan true
	hinted "there are lo, eth0, wlan0" -i tun0 true
	hinted "'-a 203.0.113.3' pins to an address" -i 203.0.113.3 true
	hinted "'-i wlan0' pins to the interface of that name" -a wlan0 true
	hinted "did you mean 'eth0'?" -a fe80::1%eth9 true
	hinted "the nearest is 198.51.100.2 (wlan0); there are also 127.0.0.1 (lo), 203.0.113.2 (eth0), 203.0.113.3 (eth0), 198.51.100.3 (wlan0)" \
		-a 198.51.100.7 true
	hinted "this host has 127.0.0.1 (lo), 203.0.113.2 (eth0), 203.0.113.3 (eth0), 198.51.100.2 (wlan0), 198.51.100.3 (wlan0)" \
		-a 203.0.113 true
	run client "$BINDTO" -a 2001:db8:2::9 true
	assert_line --index 1 --regexp '; there are also .*fe80::[^ ]*%wlan0 \(wlan0\)'
	hinted "did you mean '--interface'?" --interfaec=wlan0 true
	hinted "did you mean '--dns'?" --dsn 192.0.2.1 -i lo true
	hinted "did you mean '--exclude'?" --exclud3 192.0.2.1 -i lo true
	hinted "bindto --help lists the options" --nothing-like-it -i lo true
	hinted "did you mean 'supervise'?" --engine supervised -i lo true
	hinted "did you mean 'never'?" --color=neevr --list
	in_ns client ip link property add dev wlan0 altname wireless-of-the-test
	hinted "did you mean 'wireless-of-the-test'?" -i wireless-of-the-tset true
	in_ns client ip link property del dev wlan0 altname wireless-of-the-test
	refused "'l\*'.*there is no such interface" -i 'l*' # no pattern matches loopback
}

@test "an interface that is down, or has no address of the family, is refused" {
	in_ns client ip link add spare type veth peer name spare2
	refused "'spare'.*down" -i spare
	refused "'sp\*'" -i 'sp*'
	in_ns client sh -c 'echo 1 >/proc/sys/net/ipv6/conf/spare/disable_ipv6'
	in_ns client ip link set spare up
	in_ns client ip link set spare2 up
	refused "'spare'.*address" -i spare
	in_ns client ip addr add 10.9.9.1/24 dev spare
	run client "$BINDTO" -i spare true
	assert_success
	refused "'spare'.*IPv6" -i spare -6
	in_ns client ip link del spare
}

@test "an interface by index, alternative name and pattern is the one it names" {
	local number
	number=$(in_ns client cat /proc/net/dev_mcast | awk '$2 == "wlan0" { print $1; exit }')
	in_ns client ip link property add dev wlan0 altname wireless-of-the-test
	for name in "$number" wireless-of-the-test 'wl*' '[w]lan?'; do
		assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i "$name" -- "$PROBE/who" 192.0.2.1 7000
	done
	in_ns client ip link property del dev wlan0 altname wireless-of-the-test
}

@test "-a with an address that is not on the interface of -i is refused" {
	refused "'203\.0\.113\.3'.*'wlan0'" -i wlan0 -a 203.0.113.3
	assert_line --index 1 --partial 198.51.100.2
	refused "'2001:db8:1::3'.*'wlan0'" -a 2001:db8:1::3 -i wlan0
}

@test "-i where a device cannot be bound says what would help, and starts nothing" {
	script <<-'END'
		# A filter as of an older kernel: setsockopt(SO_BINDTOIFINDEX) fails with the given errno.
		import sys
		SETSOCKOPT, NAME = NUMBERS["setsockopt"], 32  # the offset of its third argument
		code = b"".join(struct.pack("HBBI", *line) for line in (
		    (0x20, 0, 0, 0), (0x15, 0, 2, SETSOCKOPT), (0x20, 0, 0, NAME), (0x15, 1, 0, SO_BINDTOIFINDEX),
		    (6, 0, 0, 0x7fff0000), (6, 0, 0, 0x50000 | int(sys.argv[1]))))
		kept = ctypes.create_string_buffer(code)
		program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 6, ctypes.addressof(kept)))
		assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
		os.execvp(sys.argv[2], sys.argv[2:])
	END
	run client python3 "$SCRIPT" 1 "$BINDTO" -i wlan0 echo started
	assert_equal "$status" 125
	assert_line --index 0 "bindto: cannot pin to interface 'wlan0': this needs Linux 5.7 or CAP_NET_RAW"
	assert_line --index 1 --partial "-a 198.51.100.2"
	assert_line --index 2 --partial setcap
	refute_output --partial started
	run client python3 "$SCRIPT" 92 "$BINDTO" -i wlan0 echo started
	assert_equal "$status" 125
	assert_line --index 0 "bindto: cannot pin to interface 'wlan0': this needs Linux 5.7"
	refute_output --partial started
	run client python3 "$SCRIPT" 1 "$BINDTO" -a 198.51.100.2 echo started
	assert_output started
}

@test "-a with -i pins to that address on that interface" {
	assert_comes_from 198.51.100.3 wlan0 "$BINDTO" -i wlan0 -a 198.51.100.3 -- "$PROBE/who" 192.0.2.1 7000
	assert_comes_from 2001:db8:2::3 wlan0 "$BINDTO" -i wlan0 -a 2001:db8:2::3 -- "$PROBE/who" 2001:db8:9::1 7000
}

@test "a port of 0, above 65535, with high below low, or that is no number is refused" {
	for ports in 0 65536 0-10 1-70000 99999999999999999999 40010-40000 abc 5- -5 1-2-3 '' ' 40000' 40000x; do
		refused "'$ports'" -p "$ports"
	done
}

@test "a port below 1024 needs the right to it" {
	refused "'80'.*CAP_NET_BIND_SERVICE" -p 80
	refused "'1000-2000'.*CAP_NET_BIND_SERVICE" -p 1000-2000
	export WHO=root
	run client "$BINDTO" -p 700 -- "$PROBE/who" 192.0.2.1 7000
	assert_output 'peer 203.0.113.2 700'
}

@test "options that contradict each other or are unknown are refused" {
	refused "'-4'.*'-6'" -i wlan0 -4 -6
	refused "'wlan0' twice" -i wlan0 -i wlan0
	refused "'-p'" -p 40000 -p 40001
	refused "203\.0\.113\.3" -6 -a 203.0.113.3
	refused "2001:db8:1::3" -4 -a 2001:db8:1::3
	refused "'--bogus'" --bogus
	refused "'-x'" -x
	refused "'1\.2\.3'" -i wlan0 -e 1.2.3
	refused "'10\.0\.0\.1/33'" -i wlan0 -e 10.0.0.1/33
	refused "'::1/129'" -i wlan0 -e ::1/129
}

# says TEXT OPTION...: exit status 125, and this output.
says() {
	run client "$BINDTO" "${@:2}"
	assert_equal "$status" 125
	assert_output "bindto: cannot $1"
}

@test "a prefix length that is none is refused with those that there are, a netmask with its length" {
	says "exclude '192.0.2.0/33': an IPv4 prefix length is 0 to 32" -i lo -e 192.0.2.0/33 true
	says "exclude '192.0.2.0/': an IPv4 prefix length is 0 to 32" -i lo -e 192.0.2.0/ true
	says "exclude '2001:db8::/129': an IPv6 prefix length is 0 to 128" -i lo -e 2001:db8::/129 true
	says "exclude '::ffff:192.0.2.0/129': an IPv6 prefix length is 0 to 128" -i lo -e ::ffff:192.0.2.0/129 true
	says "exclude '192.0.2.0/255.255.255.0': it needs a prefix length, not a netmask
hint: did you mean '192.0.2.0/24'?" -i lo -e 192.0.2.0/255.255.255.0 true
	says "exclude '192.0.2.1/255.255.255.255': it needs a prefix length, not a netmask
hint: did you mean '192.0.2.1/32'?" -i lo -e 192.0.2.1/255.255.255.255 true
	says "exclude '192.0.2.0/255.0.255.0': an IPv4 prefix length is 0 to 32" -i lo -e 192.0.2.0/255.0.255.0 true
	says "exclude 'example.org': it is not ADDR[/LEN][:PORTS]
hint: '192.0.2.0/24', '192.0.2.1:443', or '[2001:db8::/32]:443'" -i lo -e example.org true
}

@test "the value of an option that need not have one follows '=', and a word behind it is hinted at" {
	local pin="pin: give -a, -i, -p, or an option from --mark to --rate"
	hinted() {
		says "$1
hint: did you mean '$2'? Without '=', '$3' is the program" "${@:4}"
	}
	hinted "$pin" --wait=5 5 --wait 5 -i wlan0 true
	hinted "$pin" --strict=messages messages -s messages -i wlan0 true
	hinted "use 'never' with '--list': it runs no program" --color=never never --list --color never
	hinted "use '--color': only --list and --explain have it" --color=never never -i lo --color never --list
	run -127 client "$BINDTO" -i lo --wait 0.5 true
	assert_output "bindto: cannot run '0.5': No such file or directory
hint: did you mean '--wait=0.5'? Without '=', '0.5' is the program"
	hinted "run 'nevr': No such file or directory" --color=never nevr -i lo --explain --color nevr true
	# no value of the option, not right behind it, or none of the user's words
	for words in "--wait 5x" "--wait -- 5" "--wait=1 5" "-s 5" "--wait --strict 5"; do
		# shellcheck disable=SC2086 # words
		run -127 client "$BINDTO" -i lo $words
		assert_output "bindto: cannot run '${words##* }': No such file or directory"
	done
	mkdir -p "$BINDTO_TESTS_DIR/tmp/named"
	ln -sf "$(type -P echo)" "$BINDTO_TESTS_DIR/tmp/named/5"
	run client env "PATH=$BINDTO_TESTS_DIR/tmp/named:$PATH" "$BINDTO" -i lo --wait 5 started
	assert_output started
}

@test "an ambiguous option is answered with those that it may be, and a letter with its option" {
	says "use '--co': it is ambiguous
hint: did you mean one of --congestion, --config, --color?" --co x -i lo true
	says "use '--i': it is ambiguous
hint: did you mean '-i', or '--interface'?" --i lo true
	says "use '--i=lo': it is ambiguous
hint: did you mean '-i', or '--interface'?" --i=lo true
	says "use '--4': there is no such option
hint: did you mean '-4', or '--ipv4'?" --4 -i lo true
}

@test "a long option with one dash is hinted at with two, before its letters are read" {
	says "use '-interface': a long option has two dashes
hint: did you mean '--interface'?" -interface lo true
	says "use '-address=127.0.0.1': a long option has two dashes
hint: did you mean '--address=127.0.0.1'?" -v -address=127.0.0.1 true
	says "use '-wait': a long option has two dashes
hint: did you mean '--wait'?" -wait -i lo true
	run client "$BINDTO" -i lo echo -wait
	assert_output -- -wait
	run client "$BINDTO" -i -list true
	assert_line --index 0 "bindto: cannot pin to interface '-list': there is no such interface"
}

@test "what takes the supervisor alone contradicts another engine" {
	local hint="
hint: leave out '--engine both': the supervisor does it"
	says "use '--strict' with '--engine both': it takes the supervisor alone$hint" --engine both --strict -i lo true
	says "use '--dns' with '--engine both': it takes the supervisor alone$hint" --dns 127.0.0.1 --engine both -i lo true
	says "use '--strict' with '--engine preload': the library does not see every call
hint: leave out '--engine preload': the supervisor does it" --strict --engine preload -i lo true
	run client "$BINDTO" --engine supervise --strict -i lo true
	assert_success
}

@test "values with commas are hinted at as the option given for each" {
	each() {
		run client "$BINDTO" "${@:2}" true
		assert_equal "$status" 125
		assert_line --index 1 "hint: give the option once for each: $1"
	}
	each "-a 203.0.113.2 -a 203.0.113.3" -a 203.0.113.2,203.0.113.3
	each "-a 203.0.113.2 -a 2001:db8:1::2" -a "203.0.113.2, 2001:db8:1::2"
	each "-a 203.0.113.0/24 -a 198.51.100.0/24" --address=203.0.113.0/24,198.51.100.0/24
	each "-i eth0 -i wlan0" -i eth0,wlan0
	each "-i 'wl*' -i eth0" -i 'wl*,eth0'
	each "-e 10.0.0.0/8 -e :53" -i lo -e 10.0.0.0/8,:53
	each "--only 10.0.0.0/8 --only '[2001:db8::/32]:443'" -i lo --only '10.0.0.0/8,[2001:db8::/32]:443'
	each "--dns 192.0.2.1 --dns 2001:db8:9::1" -i lo --dns 192.0.2.1,2001:db8:9::1
	run client "$BINDTO" -i lo -e 10.0.0.0/8:80,443 true
	assert_line --index 1 "hint: '10.0.0.0/8:443', or '10.0.0.0/8:8000-8099'"
	in_ns client ip link add a,b type veth peer name sparse
	in_ns client ip link set a,b up
	in_ns client ip addr add 10.9.9.1/24 dev a,b
	run client "$BINDTO" -i a,b true
	assert_success
	in_ns client ip link del a,b
}

@test "a value after '=' is for long options, and a word that is none gets the list" {
	says "use '-s=messages': only a long option takes its value after '='
hint: did you mean '--strict=messages'?" -s=messages -i lo true
	says "use '-vs=messages': only a long option takes its value after '='
hint: did you mean '--strict=messages'?" -vs=messages -i lo true
	says "use '-v=1': '-v' takes no value
hint: bindto --help lists the options" -v=1 -i lo true
	says "use '-=': there is no such option
hint: bindto --help lists the options" -= -i lo true
	says "use '--color=blue': it must be one of auto, always, never" --color=blue --list
	says "use '--engine other': it must be one of both, preload, supervise" --engine other -i lo true
}

@test "an option without its value and a missing program are refused" {
	run client "$BINDTO" -a
	refused_with "'-a'" 125
	run client "$BINDTO" --interface
	refused_with "'--interface'" 125
	run client "$BINDTO" -i wlan0
	refused_with "program" 125
	run client "$BINDTO" -i wlan0 --
	refused_with "program" 125
}

@test "options behind the program are the program's, and a hint says so if bindto has none" {
	run client "$BINDTO" curl http://192.0.2.1/ -i wlan0
	assert_failure 125
	assert_line --index 1 "hint: bindto's options stand before 'curl'; '-i' stands behind it"
	run client "$BINDTO" -i wlan0 echo -i
	assert_success
	assert_output "-i"
}

@test "a program that is not found gives 127, one that cannot be run 126, and a wrong option before them 125" {
	run client "$BINDTO" -p 1-x no-such-program-here
	refused_with "'1-x'" 125
	run -127 client "$BINDTO" -i wlan0 no-such-program-here
	refused_with "'no-such-program-here'" 127
	run -127 client "$BINDTO" -i wlan0 /no/such/program
	refused_with "'/no/such/program'" 127
	run client "$BINDTO" -i wlan0 /etc/hosts
	refused_with "'/etc/hosts'" 126
	run client "$BINDTO" -i wlan0 /
	refused_with "'/'" 126
}

@test "a script whose interpreter is missing is refused by the interpreter's name" {
	local orphan=$BINDTO_TESTS_DIR/tmp/orphan child=$BINDTO_TESTS_DIR/tmp/orphans-child
	printf '#!/no/such/interpreter -x\n' >"$orphan"
	printf '#!%s\n' "$orphan" >"$child"
	chmod 755 "$orphan" "$child"
	as_each names_the_interpreter
	printf '#!/bin/sh\r\n' >"$orphan"
	run -127 client "$BINDTO" -i wlan0 "$orphan"
	assert_output "bindto: cannot run '$orphan': its interpreter '/bin/sh?' is missing"
}

names_the_interpreter() {
	run -127 client "$BINDTO" -i wlan0 "$orphan"
	assert_output "bindto: cannot run '$orphan': its interpreter '/no/such/interpreter' is missing"
	run -127 client "$BINDTO" -i wlan0 "$child"
	assert_output "bindto: cannot run '$child': its interpreter '/no/such/interpreter' is missing"
}

@test "options end at the program: what follows is the program's" {
	run client "$BINDTO" -i lo echo -i x --help -V
	assert_success
	assert_output '-i x --help -V'
	run client "$BINDTO" --interface=lo -- echo -- -a
	assert_output '-- -a'
}

@test "--help and --version go to standard output, with status 0" {
	run client sh -c '"$1" --help 2>/dev/null' - "$BINDTO"
	assert_success
	assert_line --index 0 --regexp '^Usage: bindto '
	run client sh -c '"$1" -V 2>/dev/null' - "$BINDTO"
	assert_success
	assert_output --regexp '^bindto [0-9]+\.[0-9]+\.[0-9]+$'
	run client sh -c '"$1" --help >/dev/full' - "$BINDTO"
	assert_equal "$status" 125
}

@test "--verbose tells of each socket on standard error, by each engine: pinned, refused or exempt" {
	local engine who
	for engine in both preload supervise; do
		who="--engine $engine -- $PROBE/who"
		as_each tells_of_sockets
	done
	for engine in both supervise; do
		who="--engine $engine -- env -i $PROBE/who"
		as_each tells_of_sockets
	done
}

# shellcheck disable=SC2086 # options
tells_of_sockets() {
	run client "$BINDTO" -v -a 203.0.113.3 $who 192.0.2.1 7000
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp 203\.0\.113\.3:[1-9][0-9]* -> 192\.0\.2\.1:7000: pinned$'
	run client "$BINDTO" -v -i wlan0 $who 192.0.2.1 7000
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp 198\.51\.100\.2:[0-9]+ -> 192\.0\.2\.1:7000 dev wlan0: pinned$'
	run client "$BINDTO" -v -a 203.0.113.3 $who 2001:db8:9::1 7000
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp .* -> \[2001:db8:9::1\]:7000: refused$'
	run client "$BINDTO" -v -i wlan0 -e 192.0.2.1 $who 192.0.2.1 7000
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp 203\.0\.113\.2:[0-9]+ -> 192\.0\.2\.1:7000: exempt$'
	run client "$BINDTO" -v -a 203.0.113.3 $who 192.0.2.1 1
	assert_line --regexp '^bindto: who\[[0-9]+\]: tcp 203\.0\.113\.3:[0-9]+ -> 192\.0\.2\.1:1: pinned, but the peer refused$'
	run client sh -c '"$@" 2>/dev/null' - "$BINDTO" -v -a 203.0.113.3 $who 192.0.2.1 7000
	assert_output --regexp '^peer 203\.0\.113\.3 [0-9]+$'
}

@test "--verbose tells of listeners and datagrams as they take a port, and of no other call" {
	script <<-'END'
		s = socket.socket(V4)
		s.bind(("0.0.0.0", 7777))
		s.listen()
		t = socket.socket(V4)
		t.listen()
		u = socket.socket(V4, UDP)
		for _ in range(3): u.sendto(b"x", (REMOTE4, DISCARD))
		socket.socket(V6)
		socket.socket(socket.AF_UNIX).close()
		t.setblocking(False)
	END
	for engine in both preload supervise; do
		run client "$BINDTO" -v --engine $engine -a 203.0.113.3 -- python3 "$SCRIPT"
		assert_line --index 0 "bindto: pinning '$(command -v python3)' with engine '$engine'"
		assert_line --index 1 --regexp '^bindto: python3\[[0-9]+\]: tcp 203\.0\.113\.3:7777: pinned$'
		assert_line --index 2 --regexp '^bindto: python3\[[0-9]+\]: tcp 203\.0\.113\.3:[1-9][0-9]*: pinned$'
		assert_line --index 3 --regexp '^bindto: python3\[[0-9]+\]: udp 203\.0\.113\.3:[0-9]+ -> 192\.0\.2\.1:[0-9]+: pinned$'
		assert_equal "${#lines[@]}" 4
		run client "$BINDTO" --engine $engine -a 203.0.113.3 -- python3 "$SCRIPT"
		assert_output ""
	done
}

# unreachable REGEX PROGRAM...: refused where it is not to be supervised either.
unreachable() {
	local regex=$1
	shift
	run client "$BINDTO" --engine preload -a 203.0.113.3 "$@"
	refused_with "$regex" 125
}

@test "a static program, one for another libc and a Go program are refused" {
	[ -x "$PROBE/who-static" ] || lacks "no static program could be linked"
	unreachable 'who-static.*static' "$PROBE/who-static" 192.0.2.1 7000
	[ -x "$PROBE/who-musl" ] || lacks "musl-gcc is not installed"
	unreachable 'who-musl' "$PROBE/who-musl" 192.0.2.1 7000
	need go
	unreachable 'Go' go version
}

@test "a set-user-ID or set-group-ID program and one with file capabilities are refused" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is but one user here, who gains nothing"
	local copy=$BINDTO_TESTS_DIR/tmp/privileged
	cp "$PROBE/who" "$copy"
	chmod 4755 "$copy"
	unreachable 'set-user-ID' "$copy" 192.0.2.1 7000
	chmod 2755 "$copy"
	unreachable 'set-group-ID' "$copy" 192.0.2.1 7000
	chmod 755 "$copy"
	run client "$BINDTO" -a 203.0.113.3 -- "$copy" 192.0.2.1 7000
	assert_success
	setcap cap_net_raw+ep "$copy"
	unreachable 'file capabilities' "$copy" 192.0.2.1 7000
	rm "$copy"
}

@test "for a script its interpreter is judged" {
	[ -x "$PROBE/who-static" ] || lacks "no static program could be linked"
	printf '#!%s\n' "$PROBE/who-static" >"$BINDTO_TESTS_DIR/tmp/script-of-static"
	chmod 755 "$BINDTO_TESTS_DIR/tmp/script-of-static"
	unreachable 'static' "$BINDTO_TESTS_DIR/tmp/script-of-static"
}
