#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where older launchers crash, let a program through or break it: unusual addresses, pins that cannot
# be applied, programs that pick a source or a device themselves, early constructors.
# shellcheck disable=SC2154 # started is network.bash's

load lib/network.bash
load lib/assertions.bash

setup_file() {
	network_up
}

teardown_file() {
	network_down
}

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
	network_addresses_again wlan0
	assert_success
	assert_line --index 0 198.51.100.2
	assert_line --index 1 --regexp '^198\.51\.100\.[39]$'
	run witness_since_mark
	refute_output --partial eth0
}

network_addresses_again() {
	ip -n client -batch - <<-'END'
		addr add 198.51.100.2/24 dev wlan0
		addr add 198.51.100.3/24 dev wlan0
		addr add 2001:db8:2::3/64 dev wlan0 nodad
		addr add 2001:db8:2::2/64 dev wlan0 nodad
		route replace default via 198.51.100.1 dev wlan0 metric 600
		route replace ::/0 via 2001:db8:2::1 dev wlan0 metric 600
	END
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

@test "curl --interface with another address or device loses to the pin, or fails" {
	need curl
	local other
	as_each curl_interface
}

curl_interface() {
	for other in 203.0.113.2 198.51.100.3 host!203.0.113.2 eth0 if!eth0; do
		witness_mark
		run client "$BINDTO" -i wlan0 -- curl --interface "$other" -sS --max-time 5 http://192.0.2.1/
		refute_output --partial 203.0.113
		[ "$status" -ne 0 ] || assert_output --regexp '^198\.51\.100\.[23]$'
		run witness_since_mark
		refute_output --partial eth0
		witness_mark
		run client "$BINDTO" -a 203.0.113.3 -- curl --interface "$other" -sS --max-time 5 http://192.0.2.1/
		[ "$status" -ne 0 ] || assert_output 203.0.113.3
		run witness_since_mark
		refute_output --regexp ' (203\.0\.113\.2|198\.51\.100\.[23]) '
	done
}

@test "a program's own choice of another device is refused under an interface" {
	script <<-'END'
		tcp, udp, udp6 = socket.socket(), socket.socket(V4, UDP), socket.socket(V6, UDP)
		print(error(device, tcp, "eth0"))
		print(error(socket.socket().setsockopt, socket.SOL_SOCKET, SO_BINDTOIFINDEX, index("eth0")))
		print(error(unicast_if, udp, "eth0"), error(unicast_if, udp6, "eth0"), error(unicast_if, udp6, "eth0", V4))
		print(error(multicast_if, udp, "eth0"), error(multicast_if, udp6, "eth0"))
		print(error(udp.setsockopt, socket.IPPROTO_IP, IP_MULTICAST_IF, socket.inet_aton("203.0.113.2")))
		print(error(udp6.setsockopt, socket.IPPROTO_IPV6, IPV6_PKTINFO, pktinfo(V6, "eth0")[2]))
		for s, remote in (udp, REMOTE4), (udp6, REMOTE6), (udp, "239.1.2.3"), (udp6, "ff05::99"):
		    s.sendto(b"x", (remote, DISCARD))
		tcp.settimeout(5)
		print(peer_of(tcp, (REMOTE4, WHO)))
	END
	as_each device_choice
}

device_choice() {
	run client python3 "$SCRIPT"
	assert_line --index 0 None
	refute_output --partial EPERM
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output $'EPERM\nEPERM\nEPERM EPERM EPERM\nEPERM EPERM\nEPERM\nEPERM\n198.51.100.2'
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "a choice of another device is refused in a value that is longer than it need be, too" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		print(error(s.setsockopt, socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0" + bytes(300)))
		request = bytes(8) + struct.pack("=i", index("eth0"))
		print(error(s.setsockopt, socket.IPPROTO_IP, socket.IP_MULTICAST_IF, request + bytes(300)))
	END
	run client python3 "$SCRIPT"
	assert_output $'None\nNone'
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output $'EPERM\nEPERM'
}

@test "a program that clears its environment stays pinned" {
	script <<-'END'
		os.environ.clear()
		s = socket.create_connection((REMOTE4, WHO), 5)
		print(peer_of(s))
	END
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_output 203.0.113.3
}

@test "net.ipv6.bindv6only changes nothing about who is reached" {
	script <<-'END'
		s = socket.socket(V6, TCP)
		print(s.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
		s.settimeout(5)
		print(error(s.connect, (REMOTE6, WHO)))
		s = socket.socket(V6, TCP)
		s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
		s.settimeout(5)
		print(peer_of(s, ("::ffff:" + REMOTE4, WHO)))
	END
	in_client sh -c 'echo 1 >/proc/sys/net/ipv6/bindv6only'
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	in_client sh -c 'echo 0 >/proc/sys/net/ipv6/bindv6only'
	assert_output $'1\nENETUNREACH\n203.0.113.3'
}

@test "a choice of the pin's own device is taken" {
	script <<-'END'
		tcp, udp, udp6 = socket.socket(), socket.socket(V4, UDP), socket.socket(V6, UDP)
		print(error(device, tcp, "wlan0"), error(unicast_if, udp, "wlan0"), error(unicast_if, udp6, "wlan0"),
		      error(multicast_if, udp, "wlan0"), error(multicast_if, udp6, "wlan0"), error(device, udp, "wlan0"))
		for s in tcp, udp, udp6:
		    s.settimeout(5)
		print(peer_of(tcp, (REMOTE4, WHO)), peer_of(udp, (REMOTE4, WHO)), peer_of(udp6, (REMOTE6, WHO)))
	END
	as_each own_device
}

own_device() {
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output $'None None None None None None\n198.51.100.2 198.51.100.2 2001:db8:2::2'
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "a control message that names another source or device loses to the pin, or fails" {
	script <<-'END'
		for family, remote, source in (V4, REMOTE4, "203.0.113.2"), (V6, REMOTE6, "2001:db8:1::2"):
		    for name, address in ("eth0", None), (None, source), ("eth0", source), (None, None), ("lo", None):
		        s = socket.socket(family, UDP)
		        print(error(s.sendmsg, [b"x"], [pktinfo(family, name, address)], 0, (remote, DISCARD)))
		        s.connect((remote, DISCARD))
		        print(error(s.sendmsg, [b"x"], [pktinfo(family, name, address)]))
	END
	as_each control_message
}

control_message() {
	witness_mark
	run client python3 "$SCRIPT"
	run witness_since_mark
	assert_output --partial ' 203.0.113.2 '
	witness_mark
	run client "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- python3 "$SCRIPT"
	assert_success
	run witness_since_mark
	refute_output --regexp ' (203\.0\.113\.2|2001:db8:1::2) '
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_success
	run witness_since_mark
	refute_output --partial eth0
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
