#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# If a program chooses another source or device itself, its packets leave by the pin, or its call fails.

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	witness_mark
}

@test "curl --interface with another address or device leaves by the pin, or fails" {
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

@test "under -i, a program cannot choose another device: EPERM" {
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

@test "a program cannot choose another device by an option value that is longer than needed" {
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

@test "a choice of another device is refused in a value that ends at unreadable memory, whatever length is given" {
	cat >"$BINDTO_TESTS_DIR/tmp/at_end.py" <<-'END'
		from sockets import *
		libc.mmap.restype = ctypes.c_void_p
		def at_end(data):
		    "the address of data, behind which nothing can be read"
		    page = libc.mmap(None, 8192, 3, 0x22, -1, 0)
		    libc.munmap(ctypes.c_void_p(page + 4096), 4096)
		    ctypes.memmove(page + 4096 - len(data), data, len(data))
		    return ctypes.c_void_p(page + 4096 - len(data))
		def choose(family, kind, name, data, length):
		    s = socket.socket(family, kind)
		    r = libc.setsockopt(s.fileno(), socket.SOL_SOCKET, name, at_end(data), length)
		    return r == 0
		eth0 = struct.pack("=I", index("eth0"))
		for family in V4, V6:
		    for kind in TCP, UDP:
		        for length in 4, 5, 8, 264, 4096:
		            if choose(family, kind, SO_BINDTOIFINDEX, eth0, length): print("index", length)
		        for length in 16, 264, 4096:
		            if choose(family, kind, SO_BINDTODEVICE, b"eth0".ljust(15, b"\0"), length): print("name", length)
		        if not choose(family, kind, socket.SO_RCVBUF, struct.pack("=I", 9000), 264): print("harmless")
	END
	local engine
	for engine in both preload supervise; do
		run client "$BINDTO" --engine $engine -i wlan0 -- python3 "$BINDTO_TESTS_DIR/tmp/at_end.py"
		assert_success
		refute_output
	done
	run client python3 "$BINDTO_TESTS_DIR/tmp/at_end.py"
	assert_line "index 264"
	assert_line "name 264"
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

@test "IPv6 sockets reach the same peers if net.ipv6.bindv6only is set" {
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

@test "under -i, a program may choose the pinned device itself" {
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

@test "a message whose control data names another source or device leaves by the pin, or fails" {
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

ipv6_alone() {
	local engine
	for engine in both preload supervise; do
		witness_mark
		run client "$BINDTO" --engine "$engine" -6 --ttl 33 -- python3 "$SCRIPT"
		assert_output "ENETUNREACH ENETUNREACH True
ENETUNREACH ENETUNREACH True"
		run witness_since_mark
		refute_line --partial "$REMOTE4"
		assert_output --partial "$REMOTE6"
	done
}

@test "with -6 and no address, an IPv6 socket reaches no IPv4 peer, even of a program that may not be looked into" {
	REMOTE4=192.0.2.1 REMOTE6=2001:db8:9::1
	script <<-'END'
		for dumpable in 1, 0:
		    libc.prctl(4, dumpable, 0, 0, 0)  # PR_SET_DUMPABLE
		    with socket.socket(V6) as t, socket.socket(V6, UDP) as u, socket.socket(V6) as other:
		        other.settimeout(5)
		        for s in t, u:
		            for on in 1, 0:
		                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, on)
		        print(error(t.connect, (MAPPED, WHO)), error(u.sendto, b"x", (MAPPED, DISCARD)),
		              peer_of(other, (REMOTE6, WHO)).startswith("2001:"))
	END
	as_each ipv6_alone
}

# inherited_family FAMILY SERVED: with FAMILY (-4 or -6), sockets of SERVED alone may listen.
inherited_family() {
	local engine options expected name
	for engine in both preload supervise; do
		for options in '--ttl 33' '-i wlan0'; do
			witness_mark
			# shellcheck disable=SC2086 # words
			run client python3 "$SCRIPT" "$BINDTO" --engine "$engine" "$1" $options --
			for name in v4 v6 dual mapped; do
				expected=EADDRNOTAVAIL
				[[ $2 != *$name* ]] || expected=None
				assert_line "$name $expected $expected"
			done
			assert_line "fresh None ${3:-0}"
			refute_packets
		done
	done
}

@test "with -4 or -6, a bound socket that a program inherited listens only if it serves no other family" {
	script <<-'END'
		import sys
		V4 = socket.AF_INET
		ADDRESSES = {"v4": (V4, "0.0.0.0"), "v6": (V6, "::"), "dual": (V6, "::"), "mapped": (V6, "::ffff:0.0.0.0")}
		if "INHERITED" not in os.environ:
		    made = {"fresh": socket.socket(V6)}
		    for port, (name, (family, address)) in enumerate(ADDRESSES.items(), 5000):
		        made[name] = socket.socket(family)
		        if family == V6:
		            made[name].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, name == "v6")
		        made[name].bind((address, port))
		        if os.environ["LISTENS"]:
		            made[name].listen()
		    for s in made.values():
		        os.set_inheritable(s.fileno(), True)
		    os.environ["INHERITED"] = " ".join(f"{name}={s.fileno()}" for name, s in made.items())
		    os.execvp(sys.argv[1], sys.argv[1:] + ["python3", sys.argv[0]])
		made = {name: socket.socket(fileno=int(fd)) for name, fd in
		        (word.split("=") for word in os.environ["INHERITED"].split())}
		for name in ADDRESSES:
		    print(name, error(made[name].listen), error(made[name].listen))
		print("fresh", error(made["fresh"].bind, ("::", 5006)), made["fresh"].getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
	END
	export LISTENS
	for LISTENS in '' yes; do
		as_each inherited_family -6 'v6' 1
		as_each inherited_family -4 'v4 mapped'
	done
}

inherited_sealed() {
	local engine options
	for engine in both supervise; do
		for options in '--ttl 33' '-i wlan0'; do
			witness_mark
			# shellcheck disable=SC2086 # words
			run client python3 "$SCRIPT" "$BINDTO" --engine "$engine" -6 $options --
			assert_line --index 3 --regexp '^E[A-Z]*$'
			refute_line None
			refute_packets
		done
	done
}

@test "with -6, a process that may not be looked into reaches no IPv4 peer by a socket that it inherited" {
	script <<-'END'
		import sys
		if "INHERITED" not in os.environ:
		    for bound in None, "::", "::ffff:0.0.0.0", "0.0.0.0":
		        with socket.socket(socket.AF_INET if bound == "0.0.0.0" else V6) as s:
		            if bound:
		                s.bind((bound, 0))
		            os.set_inheritable(s.fileno(), True)
		            os.environ["INHERITED"] = str(s.fileno())
		            subprocess.run(sys.argv[1:] + ["python3", sys.argv[0]], close_fds=False, check=True)
		else:
		    libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
		    s = socket.socket(fileno=int(os.environ["INHERITED"]))
		    address = packed(MAPPED if s.family == V6 else REMOTE4, WHO)
		    r = by_number("connect", s.fileno(), address, len(address))
		    print(None if r == 0 else errno.errorcode[ctypes.get_errno()])
	END
	as_each inherited_sealed
}
