#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the command line pins to: what is accepted, and what is refused with one clear line and exit status 125.
# Nothing is started when bindto refuses.

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
load lib/options.bash
on_network

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

@test "an interface as ip(8) writes it is answered with its name" {
	refused "interface 'eth0@if5': there is no such interface" -i eth0@if5
	assert_line --index 1 "hint: did you mean 'eth0'?"
	refused "interface 'wlan0:': there is no such interface" -i wlan0:
	assert_line --index 1 "hint: did you mean 'wlan0'?"
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
