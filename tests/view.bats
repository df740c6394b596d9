#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --view=pin: the program sees loopback and the pinned uplink, and no address of another one, whichever way it asks.

load lib/network.bash
load lib/assertions.bash
load lib/programs.bash
on_network

# undo: what tests change on the client.
teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || echo "(the last command was as ${WHO:-user})"
	undo 2>/dev/null
}

undo() {
	local words
	for words in "rule del prio 77" "rule del prio 78" "rule del prio 79" "addr del 203.0.113.9/24 dev eth0" \
		"addr del 198.51.100.9/24 dev wlan0" "link del x0" "link del x9" "route flush root 10.1.0.0/16"; do
		# shellcheck disable=SC2086 # words
		in_client ip $words || :
	done
}

# What getifaddrs(3) tells a Python program, as addresses().
LISTS=$(
	cat <<-'END'
		import ctypes, ctypes.util
		libc = ctypes.CDLL(None, use_errno=True)
		class Entry(ctypes.Structure): pass
		Entry._fields_ = [("next", ctypes.POINTER(Entry)), ("name", ctypes.c_char_p), ("flags", ctypes.c_uint),
		    ("address", ctypes.c_void_p)]
		def addresses():
		    first = ctypes.POINTER(Entry)()
		    if libc.getifaddrs(ctypes.byref(first)): raise OSError(ctypes.get_errno(), "getifaddrs")
		    entry = first
		    while entry:
		        e = entry.contents
		        family = ctypes.cast(e.address, ctypes.POINTER(ctypes.c_ushort))[0] if e.address else 0
		        if family == socket.AF_INET: text = socket.inet_ntop(V4, ctypes.string_at(e.address + 4, 4))
		        elif family == socket.AF_INET6: text = socket.inet_ntop(V6, ctypes.string_at(e.address + 8, 16))
		        else: text = "link"
		        if not text.startswith("fe80"): yield e.name.decode() + " " + text
		        entry = e.next
		    libc.freeifaddrs(first)
	END
)

# lists [PREFIX...]: prints what a program sees under PREFIX.
lists() {
	python "$@" <<-END
		$LISTS
		print(*addresses(), sep="\n")
		print(*[name for _, name in socket.if_nameindex()])
	END
}

shows_wlan() {
	local engine
	for engine in both preload supervise; do
		run lists "$BINDTO" --engine $engine --view=pin -i wlan0 --
		assert_success
		refute_output --partial eth0
		refute_output --partial 203.0.113.
		refute_output --partial 2001:db8:1::
		assert_line 'wlan0 198.51.100.2'
		assert_line 'wlan0 2001:db8:2::2'
		assert_line 'wlan0 link'
		assert_line 'lo 127.0.0.1'
		assert_line 'lo ::1'
		assert_line 'lo wlan0'
	done
}

@test "a program that lists interfaces sees loopback and the pinned one" {
	as_each shows_wlan
}

shows_all() {
	local engine
	for engine in both preload supervise; do
		run lists "$BINDTO" --engine $engine "$@" -i wlan0 --
		assert_success
		assert_line 'eth0 203.0.113.2'
		assert_line 'lo eth0 wlan0'
	done
}

@test "without the option, and with --view=host, it sees all" {
	as_each shows_all
	as_each shows_all --view=host
}

shows_the_address() {
	local engine
	for engine in both preload supervise; do
		run lists "$BINDTO" --engine $engine --view=pin -a 198.51.100.3 --
		assert_success
		assert_output $'lo link\nwlan0 link\nlo 127.0.0.1\nwlan0 198.51.100.3\nlo ::1\nlo wlan0'
		run lists "$BINDTO" --engine $engine --view=pin -a 198.51.100.3 -a 2001:db8:1::3 --
		assert_success
		refute_output --partial 198.51.100.2
		refute_output --partial 203.0.113
		refute_line 'eth0 2001:db8:1::2'
		assert_line 'wlan0 198.51.100.3'
		assert_line 'eth0 2001:db8:1::3'
	done
}

@test "with -a, it sees of the interfaces that have a pinned address that address alone" {
	as_each shows_the_address
}

# assert_sees_wlan COMMAND...: under each supervised engine, COMMAND prints wlan0's address and nothing of eth0.
assert_sees_wlan() {
	local engine
	for engine in both supervise; do
		run client "$BINDTO" --engine $engine --view=pin -i wlan0 -- "$@"
		assert_success
		assert_output --partial wlan0
		refute_output --partial eth0
		refute_output --partial 203.0.113.
		refute_output --partial 2001:db8:1:
	done
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

@test "a program that is no library's to hold sees no more: a static one, one in Go, node" {
	need musl-gcc go node
	mkdir -p "$MADE/go"
	cat >"$MADE/list.c" <<-'END'
		#include <arpa/inet.h>
		#include <ifaddrs.h>
		#include <stdio.h>
		int main(void)
		{
			struct ifaddrs *list;
			char text[64];
			if (getifaddrs(&list) < 0) return 1;
			for (struct ifaddrs *at = list; at; at = at->ifa_next)
				if (at->ifa_addr && at->ifa_addr->sa_family == AF_INET)
					printf("%s %s\n", at->ifa_name, inet_ntop(AF_INET, (char *)at->ifa_addr + 4, text, 64));
			freeifaddrs(list);
			return 0;
		}
	END
	musl-gcc -static -o "$MADE/list" "$MADE/list.c"
	cat >"$MADE/go/list.go" <<-'END'
		package main

		import ("fmt"; "net"; "os"; "syscall")

		func main() {
			all, err := net.Interfaces()
			if err != nil { fmt.Println(err); os.Exit(1) }
			for _, one := range all {
				addresses, err := one.Addrs()
				fmt.Println(one.Name, addresses, err)
			}
			routes, err := syscall.NetlinkRIB(syscall.RTM_GETROUTE, syscall.AF_INET)
			messages, _ := syscall.ParseNetlinkMessage(routes)
			fmt.Println(len(messages), err)
		}
	END
	GOFLAGS=-mod=mod GOCACHE=/tmp/bindto-go-cache CGO_ENABLED=0 go build -o "$MADE/golist" "$MADE/go/list.go"
	chmod -R a+rX "$MADE"
	as_each assert_sees_wlan "$MADE/list"
	as_each assert_sees_wlan "$MADE/golist"
	as_each assert_sees_wlan node -e 'console.log(os.networkInterfaces())'
	run client "$BINDTO" --view=pin --engine preload -i wlan0 -- "$MADE/list"
	assert_failure 125
}

# netlink_words: words for scripts that speak rtnetlink themselves.
netlink_words() {
	echo "INDEX = {}"
	in_client ip -o link | sed -E 's/^([0-9]+): ([^:@]+).*/INDEX["\2"] = \1/'
	cat <<-'END'
		NEWLINK, GETLINK, NEWADDR, GETADDR = 16, 18, 20, 22
		def message(kind, flags, body, seq=1):
		    return struct.pack("=IHHII", 16 + len(body), kind, flags, seq, 0) + body
		def parse(data):
		    while len(data) >= 16:
		        length, kind, flags, seq, pid = struct.unpack("=IHHII", data[:16])
		        yield kind, seq, pid, data[16:length]
		        data = data[(length + 3) & ~3:]
		def index(name): return INDEX[name]
		def netlink(groups=0):
		    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		    s.bind((0, groups))
		    return s
		DUMP = message(GETADDR, 0x301, struct.pack("=BBBBi", 0, 0, 0, 0, 0))
	END
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

lists_by_ioctl() {
	local engine
	for engine in both preload supervise; do
		run python "$BINDTO" --engine $engine --view=pin -i wlan0 "$@" -- <<-'END'
			import array, fcntl
			s = socket.socket(V4, UDP)
			def conf(room):
			    buffer = array.array("B", bytes(room))
			    asked = struct.pack("iP", room, buffer.buffer_info()[0] if room else 0)
			    size = struct.unpack("iP", fcntl.ioctl(s, 0x8912, asked))[0]
			    return size, buffer.tobytes()[:size]
			size, data = conf(4096)
			for at in range(0, size, 40):
			    print(data[at:at + 16].strip(b"\0").decode(), socket.inet_ntoa(data[at + 20:at + 24]))
			print(conf(0)[0] == size, conf(50)[0])
			def ask(request, name): return fcntl.ioctl(s, request, struct.pack("40s", name))
			print(socket.inet_ntoa(ask(0x8915, b"wlan0")[20:24]))
			for request in 0x8913, 0x8915, 0x8919, 0x891b, 0x8927, 0x8933:
			    ask(request, b"wlan0")
			    try: print(ask(request, b"eth0"))
			    except OSError as error: assert error.errno == 19, error
			print(socket.inet_ntoa(ask(0x8917, b"wlan0")[20:24]))
		END
		assert_success
		assert_output "$(printf '%s\n' 'lo 127.0.0.1' "${EXPECTED[@]}" 'True 40' "$FIRST" "$FIRST")"
	done
}

@test "requests of netdevice(7) show the pinned uplink alone" {
	EXPECTED=('wlan0 198.51.100.2' 'wlan0 198.51.100.3') FIRST=198.51.100.2
	as_each lists_by_ioctl
	EXPECTED=('wlan0 198.51.100.3') FIRST=198.51.100.3
	as_each lists_by_ioctl -a 198.51.100.3
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
		read -r ready <&"${COPROC[0]}"
		[ "$ready" = ready ]
		in_client ip addr add 203.0.113.9/24 dev eth0
		in_client ip link set eth0 alias x
		in_client ip addr add 198.51.100.9/24 dev wlan0
		read -r heard <&"${COPROC[0]}"
		undo 2>/dev/null
		[ "$heard" = heard ]
	done
}

@test "a program that waits for changes hears of the pinned uplink's alone" {
	as_each hears_of_wlan
}

follows_the_interface() {
	local engine
	for engine in both preload supervise; do
		in_client ip link add x0 up type veth peer name x1
		in_client ip addr add 198.51.100.77/32 dev x0
		script <<-END
			$LISTS
			import sys
			for line in sys.stdin: print(*sorted(set(addresses()) - {"lo link", "lo 127.0.0.1", "lo ::1"}), flush=True)
		END
		coproc client "$BINDTO" --engine $engine --view=pin -i x0 -- python3 "$SCRIPT"
		echo >&"${COPROC[1]}"
		read -r before <&"${COPROC[0]}"
		in_client ip link del x0
		in_client ip link add x9 type veth peer name x1
		in_client ip addr add 198.51.100.79/32 dev x9
		in_client ip link add x0 up type veth peer name x2
		in_client ip addr add 198.51.100.78/32 dev x0
		echo >&"${COPROC[1]}"
		read -r after <&"${COPROC[0]}"
		eval "exec ${COPROC[1]}>&-"
		undo 2>/dev/null
		[ "$before" = "x0 198.51.100.77 x0 link" ]
		[ "$after" = "x0 198.51.100.78 x0 link" ]
	done
}

@test "if the pinned interface is made anew, the program sees its new addresses" {
	as_each follows_the_interface
}

@test "a family that is not pinned has no addresses but loopback's" {
	local engine
	for engine in both preload supervise; do
		run lists "$BINDTO" --engine $engine --view=pin -4 -i wlan0 --
		assert_success
		refute_output --partial 2001:db8
		assert_line 'wlan0 198.51.100.2'
	done
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

@test "a 32-bit program sees the pinned uplink alone" {
	need_32_bit
	make_program list32 -m32 <<-'END'
		#include "program.h"
		#include <ifaddrs.h>
		#include <net/if.h>
		#include <sys/ioctl.h>
		int main(void)
		{
			struct ifaddrs *list;
			struct ifreq room[20];
			struct ifconf all = {.ifc_len = sizeof(room), .ifc_req = room};
			if (getifaddrs(&list) < 0) return 1;
			for (struct ifaddrs *at = list; at; at = at->ifa_next)
				if (at->ifa_addr && at->ifa_addr->sa_family == AF_INET)
					printf("%s %s\n", at->ifa_name, inet_ntoa(((struct sockaddr_in *)at->ifa_addr)->sin_addr));
			freeifaddrs(list);
			if (ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCGIFCONF, &all) < 0) return 2;
			for (int i = 0; i < all.ifc_len / (int)sizeof(room[0]); i++)
				printf("%s\n", room[i].ifr_name);
			return 0;
		}
	END
	local engine
	for engine in both preload supervise; do
		run client "$BINDTO" --engine $engine --view=pin -i wlan0 -- "$MADE/list32"
		assert_success
		assert_output $'lo 127.0.0.1\nwlan0 198.51.100.2\nwlan0 198.51.100.3\nlo\nwlan0\nwlan0'
	done
}

@test "in a network namespace of its own, a program sees the interfaces of that one" {
	export WHO=root
	for engine in both supervise; do
		run lists "$BINDTO" --engine $engine --view=pin -i wlan0 -- unshare -n
		assert_success
		assert_output $'lo link\nlo'
	done
}

@test "within another bindto, the program sees what the inner one shows, and no more than the outer one" {
	run lists "$BINDTO" --view=pin -i wlan0 -- "$BINDTO" -i wlan0 --
	assert_success
	refute_output --partial eth0
	assert_line 'wlan0 198.51.100.2'
	run lists "$BINDTO" -i wlan0 -- "$BINDTO" --view=pin -i wlan0 --
	assert_success
	refute_output --partial eth0
	assert_line 'wlan0 198.51.100.2'
}

@test "--view=pin needs an address or an interface, and the value must be known" {
	run "$BINDTO" --view=pin -p 4000-4010 true
	assert_failure 125
	assert_line --index 0 "bindto: cannot use '--view=pin' without an address or an interface: no uplink is pinned"
	assert_line --index 1 "hint: give -a or -i as well"
	run "$BINDTO" --view=pins -a 127.0.0.1 true
	assert_failure 125
	assert_line --index 0 "bindto: cannot use '--view=pins': it must be one of host, pin"
	assert_line --index 1 "hint: did you mean 'pin'?"
	run "$BINDTO" --view=pin --view=host -a 127.0.0.1 true
	assert_failure 125
}

@test "a pinned program that sees only its uplink is pinned as before" {
	witness_mark
	for engine in both preload supervise; do
		run client "$BINDTO" --engine $engine --view=pin -i wlan0 -- "$PROBE/who" 192.0.2.1 7000
		assert_success
		assert_output --partial 198.51.100.2
	done
	assert_only 198.51.100.2 wlan0
}

@test "--explain says what the program would see" {
	run client "$BINDTO" --explain --view pin -i wlan0 true
	assert_success
	assert_line --regexp '^view +of interfaces, loopback and the pinned one alone$'
	run client "$BINDTO" --explain --json --view pin -i wlan0 true
	assert_output --partial '"view": "pin"'
	run client "$BINDTO" --explain --json -i wlan0 true
	assert_output --partial '"view": "host"'
}
