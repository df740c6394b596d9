#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --view=pin: the program sees loopback and the pinned uplink, and no address of another one, whichever way it asks.

load lib/network.bash
load lib/assertions.bash
load lib/programs.bash
load lib/view.bash
on_network

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

@test "a static program, one in Go, and node see no more" {
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

@test "in a network namespace of its own, a program sees that one, and by older sockets no more of the host" {
	export WHO=root
	for engine in both supervise; do
		run lists "$BINDTO" --engine $engine --view=pin -i wlan0 -- unshare -n
		assert_success
		assert_output $'lo link\nlo'
		run python "$BINDTO" --engine $engine --view=pin -i wlan0 -- <<-'END'
			import ctypes, fcntl
			s = socket.socket(V4, UDP)
			assert ctypes.CDLL(None).unshare(0x40000000) == 0
			try: print(fcntl.ioctl(s, 0x8915, struct.pack("40s", b"eth0")))
			except OSError as error: print(error.errno)
		END
		assert_output 19
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

# webrtc_candidates PREFIX...: prints the addresses that a browser under PREFIX would tell its peer. The page sends
# them to a server on this host.
webrtc_candidates() {
	python <<-END
		import http.server, subprocess, threading
		page = b"""<script>
		const peer = new RTCPeerConnection({iceServers: []});
		const seen = [];
		peer.createDataChannel("x");
		peer.onicecandidate = event => {
		    if (event.candidate) seen.push(event.candidate.address);
		    else fetch("/" + seen.join(" "));
		};
		peer.createOffer().then(offer => peer.setLocalDescription(offer));
		</script>"""
		done = threading.Event()
		class Handler(http.server.BaseHTTPRequestHandler):
		    def do_GET(self):
		        self.send_response(200)
		        self.end_headers()
		        if self.path == "/page": self.wfile.write(page)
		        elif "favicon" not in self.path:
		            print(*sorted(self.path[1:].split("%20")), flush=True)
		            done.set()
		    def log_message(self, *_): pass
		server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
		threading.Thread(target=server.serve_forever, daemon=True).start()
		browser = subprocess.Popen("$*".split() + ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
		    "--disable-features=WebRtcHideLocalIpsWithMdns", "--user-data-dir=" + os.environ["HOME"] + "/webrtc",
		    "http://127.0.0.1:%d/page" % server.server_port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		done.wait(50)
		browser.terminate()
		browser.wait()
	END
}

@test "a browser's WebRTC does not tell its peer the addresses of another uplink" {
	command -v chromium >/dev/null || skip "chromium is not installed" # only Debian has it as a package
	run webrtc_candidates
	assert_output --partial 203.0.113.
	for engine in both supervise; do
		run webrtc_candidates "$BINDTO" --engine $engine --view=pin -i wlan0
		assert_output --regexp '^198.51.100.[23] \[2001:db8:2::[23]\]$'
	done
}

@test "/proc/net/if_inet6 lists the addresses of loopback and the pinned uplink, and Java has IPv6" {
	local engine
	for engine in both supervise; do
		for file in net self/net thread-self/net; do
			run client "$BINDTO" --engine $engine --view=pin -i wlan0 -- cut -d' ' -f1 "/proc/$file/if_inet6"
			assert_success
			assert_line 00000000000000000000000000000001
			assert_line 20010db8000200000000000000000002
			refute_line --regexp '^20010db80001'
		done
		run client "$BINDTO" --engine $engine --view=pin -i wlan0 -- python3 -c 'open("/proc/net/if_inet6", "r+")'
		assert_failure
		assert_output --partial PermissionError
	done
	command -v javac >/dev/null || skip "there is no Java"
	mkdir -p "$MADE"
	cat >"$MADE/Reading.java" <<-'END'
		class Reading {
			public static void main(String[] arguments) throws Exception {
				for (var from : arguments)
					System.out.println(new String(new java.net.URL(from).openStream().readAllBytes()).trim());
			}
		}
	END
	chmod -R a+rX "$MADE"
	for engine in both supervise; do
		run client "$BINDTO" --engine $engine --view=pin -i wlan0 -- \
			java "$MADE/Reading.java" 'http://[2001:db8:9::1]/' http://192.0.2.1/
		assert_line --regexp '^2001:db8:2::[23]$'
		assert_line --regexp '^198.51.100.[23]$'
	done
}

@test "other files of /proc that list interfaces cannot be read, and Java and ifconfig go on with what they see" {
	local engine
	for engine in both supervise; do
		for file in net/dev self/net/dev thread-self/net/route; do
			run client "$BINDTO" --engine $engine --view=pin -i wlan0 -- cat "/proc/$file"
			assert_failure
			assert_output --partial "Permission denied"
		done
		run client "$BINDTO" --engine $engine --view=pin -i wlan0 -- cat /proc/net/unix /proc/sys/net/ipv4/ip_forward
		assert_success
	done
	! command -v ifconfig >/dev/null || assert_sees_wlan ifconfig -a
	command -v javac >/dev/null || skip "there is no Java"
	mkdir -p "$MADE"
	cat >"$MADE/Listing.java" <<-'END'
		import java.net.*;
		import java.util.*;
		class Listing {
			public static void main(String[] arguments) throws Exception {
				for (var one : Collections.list(NetworkInterface.getNetworkInterfaces()))
					System.out.println(one.getName() + " " + one.isUp() + " " + Collections.list(one.getInetAddresses()));
			}
		}
	END
	chmod -R a+rX "$MADE"
	assert_sees_wlan java "$MADE/Listing.java"
}
