#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The pin's pure functions: unit tests and bounded fuzz runs, all with sanitizers. They read the interfaces from
# the kernel, and send nothing.

load lib/assertions.bash

setup_file() {
	ip link set lo up # in the tests' own namespace, whose addresses are read
}

setup() {
	binaries=${BINDTO_BUILD:?}/tests
}

@test "an interface's kind follows from its driver, its link type, and /sys if that is this namespace's" {
	mount -t tmpfs tmpfs /sys/class/net
	mkdir /sys/class/net/{wl0,ww0,en0}
	printf '%s\n' DEVTYPE=wlan INTERFACE=wl0 IFINDEX=7 >/sys/class/net/wl0/uevent
	printf '%s\n' DEVTYPE=wwan INTERFACE=ww0 IFINDEX=8 >/sys/class/net/ww0/uevent
	printf '%s\n' INTERFACE=en0 IFINDEX=9 >/sys/class/net/en0/uevent
	run "$binaries/unit/kind"
	umount /sys/class/net
	assert_success
}

@test "a misspelt word is recognised if at most a third of it is wrong" {
	run "$binaries/unit/nearest"
	assert_success
}

@test "a line is split into words as a shell splits it, and nothing is expanded" {
	run "$binaries/unit/words"
	assert_success
}

@test "of rtnetlink messages, --view=pin keeps those that name no other uplink and no address of one" {
	run "$binaries/unit/view"
	assert_success
}

@test "the supervisor's filter traps the calls that concern a pin, in each ABI, and no others" {
	run "$binaries/unit/filter"
	assert_success
}

@test "the supervisor reads the words of a thread's status, its name, and which signals it has" {
	run "$binaries/unit/caller_proc"
	assert_success
}

@test "after the supervisor was killed, bindto ends with the program's status, at whatever moment that one ends" {
	run "$binaries/unit/foreground"
	assert_success
}

@test "the unit tests are built with the address sanitizer" {
	run nm -D "$binaries/unit/sockaddr"
	assert_output --partial __asan_init
}

@test "a socket address is read within its length, classified, and written back" {
	run "$binaries/unit/sockaddr"
	assert_success
}

@test "the pin's text is read strictly and written back the same" {
	run "$binaries/unit/codec"
	assert_success
}

@test "socket, bind and listen get the right verdicts" {
	run "$binaries/unit/birth"
	assert_success
}

@test "connect, datagrams and disconnect get the right verdicts" {
	run "$binaries/unit/peer"
	assert_success
}

@test "no fact is asked for a connect or a datagram that is right as it is, and only for those" {
	run "$binaries/unit/fastpath"
	assert_success
}

@test "an option that names another device is refused, one that names none gets the pin's" {
	run "$binaries/unit/option"
	assert_success
}

@test "a control message that names another source or device is rewritten" {
	run "$binaries/unit/control"
	assert_success
}

@test "the best address of an interface is chosen as the kernel would" {
	run "$binaries/unit/local"
	assert_success
}

@test "a script's first line is read as the kernel reads it" {
	run "$binaries/unit/shebang"
	assert_success
}

@test "the search for an exempt address finds what a look at all prefixes finds" {
	run "$binaries/unit/exempt"
	assert_success
}

@test "a pool tries each member once, and sticky takes the same one for a peer" {
	run "$binaries/unit/pool"
	assert_success
}

@test "in no state that a socket can reach does a packet leave outside the pin" {
	run "$binaries/unit/reach"
	assert_success
}

# fuzz TARGET COUNT: runs TARGET on the corpus, and on COUNT random inputs.
fuzz() {
	run "$binaries/fuzz/$1" "$2" "$BINDTO_SOURCE/tests/fuzz/corpus/$1"
	assert_success
	assert_output "kept inputs, and random ones"
}

@test "fuzz: any text is read as a pin and written back the same, or refused" {
	fuzz codec 100000
}

@test "fuzz: addresses, control messages and options" {
	fuzz messages 300000
}

@test "fuzz: a remote peer sees the pin, or the call fails" {
	fuzz verdicts 1000000
}

@test "fuzz: ELF headers, scripts, and paths" {
	fuzz files 100000
}

@test "fuzz: command lines" {
	fuzz options 50000
}

@test "fuzz: profiles" {
	fuzz profile 50000
}

@test "fuzz: messages in a program's memory" {
	fuzz memory 200000
}

@test "fuzz: rtnetlink messages under --view=pin" {
	fuzz view 200000
}

@test "fuzz: sequences of calls on one socket, some of which fail" {
	fuzz sequences 20000
}
