#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Random sequences of socket calls, and a judgement on every packet that leaves by either uplink: a few hundred for
# each engine and pin, half of them the same each time, half of them new. tests/sequences/run does 100,000, and
# compares what the program sees as well.

load lib/network.bash
load lib/assertions.bash
load sequences/network.bash
export WITNESS=none
on_network sequences_up

# judged OPTION...: the sequences ran, and the judge saw packets and lost none. $output has the violations.
judged() {
	run sequences --shrink 20 "$@"
	assert_line --index -1 --regexp '^[0-9]+ sequences, [0-9]+ calls, [1-9][0-9]* packets judged, 0 lost, [0-9]+ violations$'
}

# nothing_leaves ENGINE: under no pin does a user's or root's call send outside the pin. It tries every pin, also
# after one has failed, and tells the seed.
nothing_leaves() {
	local pin options leaks=
	for pin in i a4 a46 ip ip-low ie i4; do
		for options in "--seed 11" "--seed $((RANDOM * 32768 + RANDOM))" "--root --count 200 --seed $RANDOM"; do
			# shellcheck disable=SC2086 # options
			judged --engine "$1" --pin "$pin" --count 300 $options
			[ "$status" -eq 0 ] || leaks+=$output$'\n\n'
		done
	done
	[ -z "$leaks" ] || fail "$leaks"
}

@test "the judge sees what a program without bindto sends outside the pin" {
	judged --engine none --pin i --count 165
	assert_failure 1
	assert_line --index -1 --regexp ' [1-9][0-9]+ violations$'
	assert_line 'violation: s 4 u; st R4 7200'
	assert_line --partial 'sent: eth0 udp 203.0.113.2 '
}

@test "the judge sees a source, a port and a destination that are not the pin's" {
	judged --engine none --pin a4 --sequence 's 4 u; b P4 0; st R4 7200'
	assert_success
	judged --engine none --pin a4 --sequence 's 4 u; st R4 7200'
	assert_failure 1
	judged --engine none --pin ip --sequence 's 4 u; o dev Dp; b P4 40050; st R4 7200'
	assert_success
	judged --engine none --pin ip --sequence 's 4 u; o dev Dp; b P4 50; st R4 7200'
	assert_line --partial 'EACCES'
	judged --engine none --pin ip --sequence 's 4 u; o dev Dp; b P4 6000; st R4 7200'
	assert_failure 1
	judged --engine none --pin i --sequence 's 4 u; o dev Dp; st L4 7200'
	assert_failure 1
	assert_line --partial ' 127.0.0.1 7200'
	judged --engine none --pin ie --sequence 's 4 u; st X4 7200'
	assert_success
}

@test "a program sees no difference under bindto but those that the manual names" {
	local engine pin count
	count=$(grep -c '^s ' "$BATS_TEST_DIRNAME/sequences/corpus")
	for engine in both preload strict; do
		for pin in i a46 a4; do
			run sequences --compare --engine "$engine" --pin "$pin" --count "$count"
			assert_line '0 differences that are not known'
		done
	done
}

@test "a socket that is connected to this host can still send to remote peers" {
	local engine
	for engine in both preload strict; do
		run sequences --engine "$engine" --pin i --sequence 's 4 u; c P4 7200; st R4 7200'
		assert_line '1 sequences, 3 calls, 1 packets judged, 0 lost, 0 violations'
		run sequences --engine "$engine" --pin i --sequence 's 4 u; b P4 5001; c L4 7200; st R4 7200'
		assert_line '1 sequences, 4 calls, 1 packets judged, 0 lost, 0 violations'
	done
}

@test "no sequence of calls sends outside the pin: the default engine, with some of the calls by number" {
	nothing_leaves both
}

@test "no sequence of calls sends outside the pin: --engine preload" {
	nothing_leaves preload
}

@test "no sequence of calls sends outside the pin: --strict" {
	nothing_leaves strict
}
