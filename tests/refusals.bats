#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where older launchers crash, let a program through or break it: unusual addresses, pins that cannot
# be applied, early constructors. choices.bats has programs that pick a source or a device themselves.
# shellcheck disable=SC2154 # started is network.bash's

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	witness_mark
}

PINS=("-a 203.0.113.3 -a 2001:db8:1::3" "-i wlan0")

# assert_same COMMAND...: it prints the same under each pin as without bindto.
assert_same() {
	local pin plain
	plain=$(client "$@")
	[ "$plain" ]
	for pin in "${PINS[@]}"; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- "$@"
		assert_success
		assert_output "$plain"
	done
}

@test "an address in read-only memory, at a page's end or at an odd address is taken, and pinned" {
	as_each takes_addresses "readonly edge odd plain"
}

@test "an address with the length of a sockaddr_storage is taken, and pinned" {
	as_each takes_addresses storage
}

takes_addresses() {
	local how call
	for how in $1; do
		for call in connect sendto sendmsg sendmmsg; do
			run client "$BINDTO" -a 203.0.113.3 -- "$PROBE/address" "$how" "$call" udp 192.0.2.1 9
			assert_output --regexp '^0 203\.0\.113\.3 [0-9]+$'
			run client "$BINDTO" -a 2001:db8:1::3 -- "$PROBE/address" "$how" "$call" udp 2001:db8:9::1 9
			assert_output --regexp '^0 2001:db8:1::3 [0-9]+$'
		done
		for kind in tcp udp; do
			run client "$BINDTO" -a 203.0.113.3 -- "$PROBE/address" "$how" bind $kind 0.0.0.0 5005
			assert_output '0 203.0.113.3 5005'
			run client "$BINDTO" -a 2001:db8:1::3 -- "$PROBE/address" "$how" bind $kind :: 5005
			assert_output '0 2001:db8:1::3 5005'
		done
	done
}

@test "a short address and none are what they are without bindto" {
	for how in short none; do
		for call in bind connect sendto sendmsg sendmmsg; do
			for remote in 192.0.2.1 2001:db8:9::1; do
				for kind in tcp udp; do
					assert_same sh -c '"$@" | cut -d" " -f1' - \
						"$PROBE/address" $how $call $kind $remote 9
				done
			done
		done
	done
}

@test "a bad pointer is EFAULT from the call, as without bindto, and never a crash" {
	for how in bad badmessage; do
		for call in bind connect sendto sendmsg sendmmsg setsockopt; do
			[[ $how$call == bad* && ($how = bad || $call == *msg) ]] || continue
			run client "$PROBE/address" $how $call udp 192.0.2.1 9
			assert_output --regexp '^EFAULT '
			assert_same sh -c '"$@" | cut -d" " -f1' - "$PROBE/address" $how $call udp 192.0.2.1 9
			assert_same sh -c '"$@" | cut -d" " -f1' - "$PROBE/address" $how $call udp 2001:db8:9::1 9
		done
	done
	refute_packets
}

@test "calls on something that is no socket fail as without bindto" {
	script <<-'END'
		import ctypes
		address = (ctypes.c_char * 16).from_buffer_copy(struct.pack("=HH4s8x", V4, socket.htons(9), socket.inet_aton(REMOTE4)))
		null = os.open("/dev/null", os.O_RDWR)
		for fd in -1, 1023, null:
		    for call, *arguments in ("bind", address, 16), ("connect", address, 16), ("listen", 5), \
		                            ("sendto", b"x", 1, 0, address, 16), ("setsockopt", 1, 25, b"eth0", 4):
		        ctypes.set_errno(0)
		        print(call, getattr(libc, call)(fd, *arguments), errno.errorcode[ctypes.get_errno()])
	END
	assert_same python3 "$SCRIPT"
}

@test "a pinned address that goes away fails the calls that need it, and nothing leaves" {
	script <<-'END'
		import subprocess
		subprocess.run(["ip", "addr", "del", "203.0.113.3/24", "dev", "eth0"], check=True)
		for kind in TCP, UDP:
		    s = socket.socket(V4, kind)
		    s.settimeout(5)
		    print(error(s.connect, (REMOTE4, WHO)))
		s = socket.socket(V4, UDP)
		print(error(s.sendto, b"x", (REMOTE4, DISCARD)))
		s = socket.socket()
		print(error(s.bind, ("0.0.0.0", 5006)))
		s = socket.socket()
		print(error(s.listen))
		listener = socket.socket()
		print(error(listener.bind, ("127.0.0.1", 0)), error(listener.listen), error(socket.socket().connect, listener.getsockname()))
	END
	export WHO=root
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	ip -n client addr add 203.0.113.3/24 dev eth0
	assert_success
	refute_line None
	assert_line --index 0 EADDRNOTAVAIL
	assert_line --index 3 EADDRNOTAVAIL
	assert_line --index 5 "None None None"
	run witness_since_mark
	refute_output --partial ' 203.0.113.2 '
}

@test "an interface whose address changes is looked up again" {
	script <<-'END'
		import subprocess
		print(peer_of(socket.create_connection((REMOTE4, WHO), 5)))
		subprocess.run(["ip", "addr", "del", "198.51.100.2/24", "dev", "wlan0"], check=True)
		subprocess.run(["ip", "addr", "add", "198.51.100.9/24", "dev", "wlan0"], check=True)
		subprocess.run(["ip", "route", "replace", "default", "via", "198.51.100.1", "dev", "wlan0", "metric", "600"], check=True)
		print(peer_of(socket.create_connection((REMOTE4, WHO), 5)))
	END
	export WHO=root
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	ip -n client addr flush dev wlan0
	wlan0_again
	assert_success
	assert_line --index 0 198.51.100.2
	assert_line --index 1 --regexp '^198\.51\.100\.[39]$'
	run witness_since_mark
	refute_output --partial eth0
}

@test "a pinned address whose port is taken fails the bind, and the program's connect is pinned still" {
	script <<-'END'
		taken = socket.create_server((SECOND4, 42001))
		s = socket.socket()
		s.settimeout(5)
		print(error(s.bind, ("0.0.0.0", 42001)))
		print(peer_of(s, (REMOTE4, WHO)))
	END
	as_each bind_fails
}

bind_fails() {
	witness_mark
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_output $'EADDRINUSE\n203.0.113.3'
	assert_only 203.0.113.3 eth0
}

@test "a program that binds a port of its own and then connects keeps the port, from the pin" {
	for family in 4 6; do
		assert_script_pinned "$family" <<-END
			import random
			s = socket.socket(V$family)
			s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
			s.settimeout(10)
			port = random.randrange(20000, 30000)
			s.bind(("", port))
			who = peer_of(s, (REMOTE$family, WHO))
			assert s.getsockname()[1] == port
			print(who)
		END
	done
	assert_pinned 4 curl -sS --local-port 20000-29999 --max-time 10 http://192.0.2.1/
}

@test "a port of its own and a loopback peer go together" {
	script <<-'END'
		listener = socket.create_server(("127.0.0.1", 0))
		s = socket.socket()
		s.bind(("", 30001))
		print(error(s.connect, listener.getsockname()))
	END
	run client python3 "$SCRIPT"
	assert_output None
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_output None
	# A device that came with the port could not be let go of without privilege (fact 6).
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output None
	refute_packets
}

@test "a duplicated and an inherited descriptor stay pinned" {
	for family in 4 6; do
		assert_script_pinned "$family" <<-END
			import subprocess
			s = socket.socket(V$family)
			t = s.dup()
			s.close()
			t.settimeout(10)
			print(peer_of(t, (REMOTE$family, WHO)))
			s = socket.socket(V$family)
			os.set_inheritable(s.fileno(), True)
			subprocess.run(["python3", "-c", "from sockets import *; s = socket.socket(fileno=%d);"
			    "s.settimeout(10); print(peer_of(s, (REMOTE$family, WHO)))" % s.fileno()], close_fds=False, check=True)
		END
	done
}

@test "a UDP socket keeps its device over connect(AF_UNSPEC)" {
	script <<-'END'
		for family, remote in (V4, REMOTE4), (V6, REMOTE6):
		    s = socket.socket(family, UDP)
		    s.connect((remote, DISCARD))
		    s.send(b"x")
		    assert unspec(s) is None
		    s.sendto(b"x", (remote, DISCARD))
		    s.bind(("", 5010)) if s.getsockname()[1] == 0 else None
		    s.sendto(b"x", (remote, DISCARD))
	END
	as_each keeps_its_device
}

keeps_its_device() {
	witness_mark
	client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "a library whose constructor connects before ours has run is pinned" {
	assert_pinned 4 "$PROBE/early" 192.0.2.1 7000
}

@test "LD_PRELOAD keeps what it had" {
	run client env LD_PRELOAD="$PROBE/early.so" "$BINDTO" -a 203.0.113.3 -- \
		python3 -c 'print(open("/proc/self/environ").read().replace("\0", "\n"))'
	assert_success
	assert_line --regexp "^LD_PRELOAD=.*bindto.*:$PROBE/early.so$"
	# That library's constructor has run in bindto, where nothing is pinned, and in the program.
	assert_line --index 0 --partial 'peer 203.0.113.2 '
	assert_line --partial 'peer 203.0.113.3 '
}

@test "a tunnel that goes away takes --strict's sockets with it" {
	script <<-'END'
		import subprocess, sys
		def attempt():
		    s = socket.socket(V4, TCP)
		    s.settimeout(2)
		    u = socket.socket(V4, UDP)
		    return error(s.connect, (REMOTE4, WHO)), error(u.sendto, b"x", (REMOTE4, DISCARD))
		print(*attempt(), flush=True)
		sys.stdin.readline()
		print(*attempt())
	END
	in_ns client ip link add tun0 type veth peer name tun1 netns router
	in_ns client ip link set tun0 up
	in_ns router ip link set tun1 up
	in_ns client ip addr add 198.51.100.129/30 dev tun0
	in_ns router ip addr add 198.51.100.130/30 dev tun1
	in_ns client ip route add default via 198.51.100.130 dev tun0 metric 900
	mkfifo "$BATS_TEST_TMPDIR/orders"
	client "$BINDTO" -s -i tun0 -- python3 "$SCRIPT" <"$BATS_TEST_TMPDIR/orders" >"$BATS_TEST_TMPDIR/answers" &
	exec {orders}>"$BATS_TEST_TMPDIR/orders"
	wait_until test -s "$BATS_TEST_TMPDIR/answers"
	witness_mark
	in_ns client ip link del tun0
	echo on >&"$orders"
	exec {orders}>&-
	wait
	run cat "$BATS_TEST_TMPDIR/answers"
	assert_line --index 0 'None None'
	refute_line --index 1 --partial None
	[ "${#lines[@]}" -eq 2 ]
	refute_packets
}
