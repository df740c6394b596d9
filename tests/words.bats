#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The words of the command line: which are options, values or the program, and what is hinted at if one is wrong.

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
load lib/options.bash
on_network

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
	run client "$BINDTO" -- -i wlan0 true
	assert_line --index 1 "hint: bindto's options stand before '--'"
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
