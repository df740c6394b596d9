# SPDX-License-Identifier: MIT
# What happens to wlan0 while a program runs, and that nothing leaves by eth0 meanwhile.
# shellcheck shell=bash disable=SC2154 # BY is the tests'

# wlan0_made_again: makes wlan0, which was deleted, again, with its addresses and another index.
wlan0_made_again() {
	ip link add wlan0 netns client type veth peer name to-wlan0 netns router
	ip -n router -batch - <<-'END'
		link set to-wlan0 up
		addr replace 198.51.100.1/24 dev to-wlan0
		addr replace 2001:db8:2::1/64 dev to-wlan0 nodad
	END
	ip -n client link set wlan0 up
	wlan0_again
	wait_until links_are_up client
}

# wlan0_has N: wlan0 has these addresses alone, as after a new lease.
wlan0_has() {
	ip -n client -batch - <<-END
		addr flush dev wlan0 to 0.0.0.0/0
		addr flush dev wlan0 to ::/0 scope global
		addr add 198.51.100.$1/24 dev wlan0
		addr add 2001:db8:2::$1/64 dev wlan0 nodad
		route replace default via 198.51.100.1 dev wlan0 metric 600
		route replace ::/0 via 2001:db8:2::1 dev wlan0 metric 600
	END
}

# wlan0_answers: does the server answer by wlan0?
wlan0_answers() {
	in_client curl -sS -m 2 --interface wlan0 http://192.0.2.1/ 'http://[2001:db8:9::1]/' >/dev/null 2>&1
}

# nothing_by_eth0: since the mark nothing left by eth0 but what the kernel sends for connections that have ended
# (fact 8): resets, acknowledgements of IPv6, and ICMP errors for late answers.
nothing_by_eth0() {
	local left
	left=$(witness_since_mark | grep -Ev ' (rst|icmp6?) | ack [0-9a-f]*:' || :)
	[ -z "$left" ] || fail "this left by eth0 ($WHO, ${BY[*]}): $left"
}

# wlan0_has_carrier_again: after the router's end was down; wlan0 has the addresses of a new lease then.
wlan0_has_carrier_again() {
	ip -n router -batch - <<-'END'
		link set to-wlan0 up
		addr replace 198.51.100.1/24 dev to-wlan0
		addr replace 2001:db8:2::1/64 dev to-wlan0 nodad
	END
	wait_until links_are_up client
	wlan0_has 9
	wait_until wlan0_answers
}
