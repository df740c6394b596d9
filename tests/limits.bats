#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the manual lists under LIMITATIONS is true. If one of these tests fails because bindto has become better,
# take the line out of the manual as well.
# shellcheck disable=SC2154 # started is network.bash's

load lib/network.bash
load lib/assertions.bash
on_network

@test "in another root directory, --engine preload cannot start static programs" {
	need musl-gcc
	local root=$BINDTO_TESTS_DIR/tmp/root
	mkdir -p "$root"
	cp "$PROBE/who-static" "$root/who"
	chmod -R a+rX "$root"
	WHO=root assert_comes_from 203.0.113.2 eth0 chroot "$root" /who 192.0.2.1 7000
	witness_mark
	WHO=root run client "$BINDTO" --engine preload -a 203.0.113.3 -- chroot "$root" /who 192.0.2.1 7000
	assert_failure 126
	assert_output --partial 'Permission denied'
	assert_equal "$(witness_since_mark)" ""
	WHO=root assert_comes_from 203.0.113.3 eth0 "$BINDTO" -a 203.0.113.3 -- chroot "$root" /who 192.0.2.1 7000
}

@test "without -i a program may choose its device; the source stays the pinned address" {
	script <<-'END'
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"wlan0")
		s.sendto(b"", ("192.0.2.1", 9))
	END
	witness_mark
	client "$BINDTO" -a 203.0.113.3 python3 "$SCRIPT"
	assert_only 203.0.113.3 wlan0
}

@test "under -a for both families, a dual-stack listener answers on the IPv6 address alone" {
	start client "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 socat TCP6-LISTEN:8081,reuseaddr,fork,ipv6only=0 /dev/null
	wait_until answers 2001:db8:1::3 8081
	refuses 203.0.113.3 8081
	refuses 203.0.113.2 8081
	stop "$started"
}

# from_here HOST: does the client itself reach the listener on HOST?
from_here() {
	in_client socat -u OPEN:/dev/null "TCP:$(bracketed "$1"):8082,connect-timeout=3" 2>/dev/null
}

not_from_here() {
	run from_here "$1"
	assert_failure
}

@test "this host reaches a wildcard listener by the pinned address, not by loopback" {
	local option
	for option in "-a 198.51.100.2 -a 2001:db8:2::2" "-i wlan0"; do
		# shellcheck disable=SC2086 # as many words
		start client "$BINDTO" $option socat TCP6-LISTEN:8082,reuseaddr,fork,ipv6only=0 /dev/null
		wait_until from_here 2001:db8:2::2
		[[ $option = -a* ]] || from_here 198.51.100.2
		not_from_here 127.0.0.1
		not_from_here ::1
		stop "$started"
		# shellcheck disable=SC2086 # as many words
		start client "$BINDTO" $option socat TCP4-LISTEN:8082,reuseaddr,fork /dev/null
		wait_until from_here 198.51.100.2
		not_from_here 127.0.0.1
		stop "$started"
	done
}

@test "a port serves one connection to each destination, inside and outside the kernel's port range" {
	local port
	script <<-'END'
		def connect(port):
		    s = socket.socket()
		    try:
		        s.connect(("192.0.2.1", port))
		        print(s.getsockname()[1])
		    except OSError as error:
		        print(error.strerror)
		    return s

		held = [connect(7001), connect(80), connect(7001)]
		for s in held:
		    s.close()  # a port that was connected is in TIME_WAIT then
		connect(7000)
	END
	for port in 2000 40000; do
		run client "$BINDTO" -a 203.0.113.3 -p $port python3 "$SCRIPT"
		assert_output "$port"$'\n'"$port"$'\nCannot assign requested address\n'"$port"
	done
}

@test "a wildcard datagram socket hears broadcasts under -i, and not under -a" {
	local ready=$BINDTO_TESTS_DIR/tmp/ready option heard
	script <<-'END'
		import sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("", 9100))
		s.settimeout(5)
		open(sys.argv[1], "w").close()
		seen = []
		while b"end" not in seen:
		    seen.append(s.recv(10))
		print(seen)
	END
	for option in "-a 203.0.113.3" "-i eth0"; do
		rm -f "$ready"
		heard=$BATS_TEST_TMPDIR/heard
		# shellcheck disable=SC2086 # two words
		in_client "$BINDTO" $option python3 "$SCRIPT" "$ready" >"$heard" 3>&- &
		wait_until test -e "$ready"
		in_ns router socat -u - UDP4-DATAGRAM:203.0.113.255:9100,broadcast <<<all
		in_ns router bash -c 'printf end >/dev/udp/203.0.113.3/9100'
		wait
		run cat "$heard"
		if [[ $option = -a* ]]; then
			refute_output --partial all
		else
			assert_output --partial all
		fi
		assert_output --partial end
	done
}

@test "--engine preload does not reach a second libc, which dlmopen(3) loaded" {
	need gcc
	local program=$BINDTO_TESTS_DIR/tmp/apart
	cat >"$BATS_TEST_TMPDIR/apart.c" <<-'END'
		#define _GNU_SOURCE
		#include <arpa/inet.h>
		#include <dlfcn.h>
		#include <sys/socket.h>
		#include <unistd.h>
		int main(void)
		{
			void *libc = dlmopen(LM_ID_NEWLM, "libc.so.6", RTLD_NOW);
			int (*connect_apart)(int, const void *, socklen_t) =
				(int (*)(int, const void *, socklen_t))dlsym(libc, "connect");
			int (*socket_apart)(int, int, int) = (int (*)(int, int, int))dlsym(libc, "socket");
			struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(7000)};
			char answer[100];
			int fd = socket_apart(AF_INET, SOCK_STREAM, 0);
			inet_pton(AF_INET, "192.0.2.1", &peer.sin_addr);
			if (connect_apart(fd, &peer, sizeof(peer)) < 0)
				return 1;
			ssize_t n = read(fd, answer, sizeof(answer));
			return write(1, answer, n) != n;
		}
	END
	gcc -o "$program" "$BATS_TEST_TMPDIR/apart.c" && chmod 755 "$program"
	assert_comes_from 203.0.113.2 eth0 "$BINDTO" --engine preload -a 203.0.113.3 -- "$program"
	assert_comes_from 203.0.113.3 eth0 "$BINDTO" -a 203.0.113.3 -- "$program"
}

@test "a program in a sandbox of bubblewrap, as Flatpaks are, does not start under --engine preload" {
	need bwrap
	as_each is_sandboxed
}

is_sandboxed() {
	assert_comes_from 203.0.113.2 eth0 "${SANDBOXED[@]}"
	witness_mark
	run client "$BINDTO" --engine preload -a 203.0.113.3 -- "${SANDBOXED[@]}"
	assert_failure
	assert_output --partial 'Permission denied'
	refute_packets
}

@test "a program that its own filter kills for setsockopt is killed by default, and pinned under --strict" {
	local kills=("${FILTERED[@]}" kill setsockopt "$PROBE/who" 192.0.2.1 7000)
	run client "${kills[@]}"
	assert_output --regexp '^peer 203\.0\.113\.2 '
	run client "$BINDTO" -a 203.0.113.3 -- "${kills[@]}"
	assert_equal "$status" 159 # 128 + SIGSYS
	run client "$BINDTO" --strict -a 203.0.113.3 -- "${kills[@]}"
	assert_output --regexp '^peer 203\.0\.113\.3 '
}

@test "strace sees the supervisor's calls by its usual way, and not by --seccomp-bpf" {
	need strace
	local trace=(strace -f -e "trace=socket" "$PROBE/who" 192.0.2.1 7000)
	run client "$BINDTO" --strict -a 203.0.113.3 -- "${trace[@]}"
	assert_output --partial 'socket(AF_INET'
	assert_line --regexp '^peer 203\.0\.113\.3 '
	run client "$BINDTO" --strict -a 203.0.113.3 -- strace --seccomp-bpf "${trace[@]:1}"
	refute_output --partial 'socket(AF_INET'
	assert_line --regexp '^peer 203\.0\.113\.3 '
}
