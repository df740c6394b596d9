#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Multicast and broadcasts, with and without bindto, as root and as an unprivileged user.

load lib/network.bash
load lib/assertions.bash
on_network

@test "multicast leaves from the pin" {
	script <<-'END'
		for family, group in (V4, "239.1.2.3"), (V6, "ff05::99"):
		    s = socket.socket(family, UDP)
		    s.sendto(b"x", (group, 5000))
	END
	as_each groups_leave_from_the_pin
}

@test "broadcasts leave from the pin" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
		s.sendto(b"x", ("255.255.255.255", 5000))
	END
	as_each broadcasts_leave_from_the_pin
}

groups_leave_from_the_pin() {
	witness_mark
	client python3 "$SCRIPT"
	run witness_since_mark
	assert_line --regexp '^eth0 udp 203\.0\.113\.2 [0-9]+ 239\.1\.2\.3 '
	script_sends_from_the_pins
}

broadcasts_leave_from_the_pin() {
	witness_mark
	client python3 "$SCRIPT"
	assert_only 203.0.113.2 eth0
	witness_mark
	client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_only 203.0.113.3 eth0
	witness_mark
	client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_only 198.51.100.2 wlan0
}

@test "a group joined without an interface is joined on the pinned one" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("=4s4s", socket.inet_aton("239.7.7.7"), b""))
		t = socket.socket(V6, UDP)
		t.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, struct.pack("=16si", socket.inet_pton(V6, "ff05::77"), 0))
		name = None
		for line in open("/proc/net/igmp"):
		    words = line.split()
		    name = words[1] if line[0].isdigit() else name
		    if words[0] == "070707EF":
		        print(name)
		print([line.split()[1] for line in open("/proc/net/igmp6") if line.split()[2].startswith("ff05")][0])
	END
	as_each joins_on_the_pin
}

joins_on_the_pin() {
	run client python3 "$SCRIPT"
	assert_line --index 0 eth0
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output $'wlan0\nwlan0'
}

@test "a socket that is bound to the wildcard hears a group" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		s.settimeout(10)
		s.bind(("0.0.0.0", 5000))
		s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("=4s4s", socket.inet_aton("239.7.7.7"), b""))
		open(os.environ["READY"], "w").close()
		print(s.recv(100).decode())
	END
	hears_a_group
	hears_a_group "$BINDTO" -i wlan0 --
}

# hears_a_group PREFIX...: a program under PREFIX hears what the router sends to a group on eth0 and wlan0.
hears_a_group() {
	local ready=$NETWORK_DIR/group.ready heard=$NETWORK_DIR/group.heard
	rm -f "$ready" "$heard"
	in_ns client env READY="$ready" timeout 20 "$@" python3 "$SCRIPT" >"$heard" 2>&1 3>&- &
	wait_until test -e "$ready"
	for uplink in to-eth0 to-wlan0; do
		in_ns router python3 -c "from sockets import *; s = socket.socket(V4, UDP)
multicast_if(s, '$uplink'); s.sendto(b'hello', ('239.7.7.7', 5000))"
	done
	wait_until grep -q hello "$heard"
}
