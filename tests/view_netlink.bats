#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --view=pin for programs that speak rtnetlink themselves, under the engines that let them.

load lib/network.bash
load lib/assertions.bash
load lib/view.bash
on_network

@test "fact 38: a connected socket of NETLINK_USERSOCK hears its peer alone, and has its address to itself" {
	run python <<-'END'
		def make(port=0):
		    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_USERSOCK)
		    s.bind((port, 0))
		    return s, s.getsockname()[0]
		(hub, at_hub), (own, at_own), (other, at_other) = make(), make(), make()
		own.connect((at_hub, 0))
		own.send(b"question")
		print(hub.recvfrom(9) == (b"question", (at_own, 0)))
		hub.sendto(b"answer", (at_own, 0))
		print(own.recvfrom(9) == (b"answer", (at_hub, 0)))
		def fails(call, *arguments):
		    try: call(*arguments)
		    except OSError as error: return error.strerror
		print(fails(other.sendto, b"lie", (at_own, 0)))
		print(fails(make, at_own))
		own.close()
		print(fails(make, at_own))
	END
	assert_output $'True\nTrue\nConnection refused\nAddress already in use\nNone'
}

@test "ip shows the pinned uplink's links, addresses, routes, rules and neighbours" {
	client ping -c1 -I wlan0 198.51.100.1 >/dev/null || :
	as_each assert_sees_wlan ip addr
	as_each assert_sees_wlan ip -s -d link
	as_each assert_sees_wlan ip route show table all
	as_each assert_sees_wlan ip -6 route
	as_each assert_sees_wlan ip neigh
	run client "$BINDTO" --view=pin -i wlan0 -- ip addr show dev eth0
	assert_failure
	assert_output --partial 'Device "eth0" does not exist'
	run client "$BINDTO" --view=pin -i wlan0 -- ip route get 192.0.2.1
	assert_failure
	assert_output --partial "Network is unreachable"
}

@test "rules that name another uplink or its address are hidden" {
	in_client ip rule add from 203.0.113.2 lookup 77 prio 77
	in_client ip rule add oif eth0 lookup 78 prio 78
	in_client ip rule add from 198.51.100.2 lookup 79 prio 79
	run client "$BINDTO" --view=pin -i wlan0 -- ip rule
	assert_success
	refute_output --partial 77
	refute_output --partial 78
	assert_output --partial 'from all lookup main'
}

hides_whichever_read() {
	local engine
	for engine in both supervise; do
		run python "$BINDTO" --engine $engine --view=pin -i wlan0 -- <<-END
			$(netlink_words)
			part = bytearray(65536)
			def peek(s):
			    size = len(s.recv(0, socket.MSG_PEEK | socket.MSG_TRUNC)) or 65536
			    return s.recv(size)
			def into(call):
			    def get(s): return bytes(part[:call(s)])
			    return get
			ways = {
			    "read": lambda s: os.read(s.fileno(), 65536),
			    "readv": into(lambda s: os.readv(s.fileno(), [part])),
			    "recv": lambda s: s.recv(65536),
			    "recv_into": into(lambda s: s.recv_into(part)),
			    "peek": peek,
			    "recvfrom": lambda s: s.recvfrom(65536)[0],
			    "recvmsg": lambda s: s.recvmsg(65536)[0],
			}
			sends = {
			    "send": lambda s: s.send(DUMP),
			    "write": lambda s: os.write(s.fileno(), DUMP),
			    "sendto": lambda s: s.sendto(DUMP, (0, 0)),
			    "sendmsg": lambda s: s.sendmsg([DUMP[:10], DUMP[10:]], [], 0, (0, 0)),
			    "connected": lambda s: (s.connect((0, 0)), s.send(DUMP)),
			}
			for send in sends.values():
			    for name, way in ways.items():
			        s = netlink()
			        send(s)
			        seen, done = set(), False
			        while not done:
			            for kind, seq, pid, body in parse(way(s)):
			                assert seq == 1 and pid == s.getsockname()[0], (name, seq, pid)
			                done |= kind == 3
			                if kind == NEWADDR: seen.add(struct.unpack("=BBBBi", body[:8])[4])
			        assert seen == {1, index("wlan0")}, (name, seen)
			s.send(DUMP)
			assert s.recvfrom(65536)[1] == (0, 0)
			s.send(DUMP)
			assert s.recvmsg(65536)[3] == (0, 0)
			print("hidden")
		END
		assert_output hidden
	done
}

@test "by whichever call a program asks and reads, it sees the pinned uplink alone" {
	as_each hides_whichever_read
}

asks_for_one() {
	local engine
	for engine in both supervise; do
		run python "$BINDTO" --engine $engine --view=pin -i wlan0 -- <<-END
			$(netlink_words)
			def ask(name):
			    s = netlink()
			    s.send(message(GETLINK, 1, struct.pack("=BBHiII", 0, 0, 0, index(name), 0, 0)))
			    (kind, seq, pid, body), = parse(s.recv(65536))
			    return kind, struct.unpack("=i", body[:4])[0] if kind == 2 else 0
			print(ask("wlan0"), ask("eth0"))
			s = netlink()
			s.send(message(NEWLINK, 5, struct.pack("=BBHiII", 0, 0, 0, index("wlan0"), 0, 1)))
			print([struct.unpack("=i", body[:4])[0] for kind, seq, pid, body in parse(s.recv(65536))])
			mine = netlink()
			other = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
			other.bind((os.getpid() | 1 << 22, 0))
			print(other.getsockname()[0] == os.getpid() | 1 << 22)
			other.send(DUMP)
			print(len(other.recv(65536)) > 16)
		END
		assert_output $'(16, 0) (2, -19)\n[-1]\nTrue\nTrue'
	done
}

@test "a question about another uplink gets the error of a missing one, and nothing can be changed" {
	as_each asks_for_one
}

@test "netlink sockets that would tell more cannot be made" {
	local engine
	for engine in both preload supervise; do
		run python "$BINDTO" --engine $engine --view=pin -i wlan0 -- <<-END
			for protocol in 4, 16:
			    try: print(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol))
			    except OSError as error: print("refused")
		END
		assert_output $'refused\nrefused'
	done
	run python "$BINDTO" --engine preload --view=pin -i wlan0 -- <<-END
		try: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		except OSError as error: print(error.strerror)
	END
	assert_output "Permission denied"
}

hears_of_wlan() {
	local engine
	for engine in both supervise; do
		script <<-END
			$(netlink_words)
			LINK, IPV4 = 1, 5
			events = netlink(1 << LINK - 1)
			events.setsockopt(270, 1, IPV4)
			print("ready", flush=True)
			seen = []
			while True:
			    for kind, seq, pid, body in parse(events.recv(65536)):
			        assert kind in (NEWLINK, NEWADDR, NEWADDR + 1), kind
			        at = struct.unpack("=i", body[4:8])[0]
			        assert at == index("wlan0"), (kind, at)
			        if kind == NEWADDR and b"\xc6\x33\x64\x09" in body:
			            print("heard", flush=True)
			            exit()
		END
		coproc client "$BINDTO" --engine $engine --view=pin -i wlan0 -- python3 "$SCRIPT"
		exec {answers}<&"${COPROC[0]}" # bash closes its own descriptor when the program ends
		read -r -u "$answers" ready
		[ "$ready" = ready ]
		in_client ip addr add 203.0.113.9/24 dev eth0
		in_client ip link set eth0 alias x
		in_client ip addr add 198.51.100.9/24 dev wlan0
		read -r -u "$answers" heard
		exec {answers}<&-
		undo 2>/dev/null
		[ "$heard" = heard ]
	done
}

@test "a program that waits for changes hears of the pinned uplink's alone" {
	as_each hears_of_wlan
}

@test "a list that is longer than the socket's buffer arrives whole" {
	local engine
	for number in {1..4000}; do
		echo "route add 10.1.$((number / 250)).$((number % 250 + 1))/32 dev wlan0"
	done | in_client ip -batch -
	for engine in both supervise; do
		run python "$BINDTO" --engine $engine --view=pin -i wlan0 -- <<-END
			$(netlink_words)
			s = netlink()
			s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 5000)
			s.send(message(26, 0x301, struct.pack("=BBBBBBBBI", 2, 0, 0, 0, 254, 0, 0, 0, 0)))
			seen, done = set(), False
			while not done:
			    for kind, seq, pid, body in parse(s.recv(65536)):
			        done |= kind == 3
			        if kind == 24: seen.add(body[16:20] if body[12:16] == b"\x08\0\x01\0" else body[24:28])
			print(len({address for address in seen if address[:2] == b"\x0a\x01"}))
		END
		assert_output 4000
	done
}

@test "a process that nobody may look into gets no netlink socket" {
	local engine
	for engine in both supervise; do
		run python "$BINDTO" --engine $engine --view=pin -i wlan0 -- <<-END
			$LISTS
			libc.prctl(4, 0)
			try: print(*addresses())
			except OSError as error: print(error.errno)
		END
		assert_output 13
	done
}
