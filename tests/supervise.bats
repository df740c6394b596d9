#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The supervisor pins programs that no preload library reaches, as root and as a user. The server tells from which
# address a program came, and the witness sees every packet.

load lib/network.bash
load lib/assertions.bash
load lib/dns.bash
load lib/programs.bash
on_network make_clients serve_names

make_clients() {
	export GO=$BINDTO_TESTS_DIR/tmp/go
	make_go_client "${GO}0" 0 -tags netgo
	make_go_client "${GO}1" 1 -tags netgo
}

serve_names() {
	name_server server names ::
}

# supervised FAMILY COMMAND...: as assert_pinned, but under both engines that have a supervisor.
supervised() {
	as_each is_supervised "$@"
}

is_supervised() {
	local plain second wlan engine family=$1
	shift
	addresses_of "$family"
	assert_comes_from "$plain" eth0 "$@" || return
	for engine in both supervise; do
		assert_comes_from "$second" eth0 "$BINDTO" --engine $engine -a "$second" -- "$@" &&
			assert_comes_from "$wlan" wlan0 "$BINDTO" --engine $engine -i wlan0 -- "$@" &&
			assert_comes_from "$second" eth0 "$BINDTO" --engine $engine -i eth0 -a "$second" -- "$@" || return
	done
}

@test "a dynamic program is pinned" {
	need curl
	supervised 4 curl -sS --max-time 10 http://192.0.2.1/
	supervised 6 curl -sS --max-time 10 'http://[2001:db8:9::1]/'
}

@test "static and musl programs are pinned" {
	local make
	for make in who-static who-musl; do
		[ -x "$PROBE/$make" ] || lacks "$make could not be built"
		supervised_in_both "$PROBE/$make"
	done
}

@test "a 32-bit program is pinned" {
	need_32_bit
	supervised_in_both "$PROBE/who-m32"
}

supervised_in_both() {
	supervised 4 "$1" 192.0.2.1 7000
	supervised 6 "$1" 2001:db8:9::1 7000
}

@test "Go is pinned, with and without cgo" {
	need go
	for client in "$GO"0 "$GO"1; do
		supervised 4 "$client" tcp 192.0.2.1:7000
		supervised 6 "$client" tcp '[2001:db8:9::1]:7000'
		supervised 4 "$client" udp 192.0.2.1:7000
		supervised 6 "$client" udp '[2001:db8:9::1]:7000'
	done
}

@test "Go's unconnected dual-stack datagrams are pinned, each by its family" {
	need go
	as_each go_datagrams
}

go_datagrams() {
	assert_comes_from 203.0.113.3 eth0 "$BINDTO" -a 203.0.113.3 -- "$GO"0 udp-unconnected 192.0.2.1:7000
	assert_comes_from 2001:db8:1::3 eth0 "$BINDTO" -a 2001:db8:1::3 -- "$GO"0 udp-unconnected '[2001:db8:9::1]:7000'
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -- "$GO"0 udp-unconnected 192.0.2.1:7000
	assert_comes_from 2001:db8:2::2 wlan0 "$BINDTO" -i wlan0 -- "$GO"0 udp-unconnected '[2001:db8:9::1]:7000'
}

@test "a program that a library cannot reach is held by the supervisor alone, and --engine preload refuses it" {
	as_each supervised_by_itself
}

supervised_by_itself() {
	assert_comes_from 203.0.113.3 eth0 "$BINDTO" -a 203.0.113.3 -- "$PROBE/who-static" 192.0.2.1 7000
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -- "$PROBE/who-musl" 192.0.2.1 7000
	run client "$BINDTO" --engine preload -i wlan0 -- "$PROBE/who-static" 192.0.2.1 7000
	assert_equal "$status" 125
	assert_output "bindto: cannot pin '$PROBE/who-static': it is statically linked, and a preload library cannot reach it
hint: leave out '--engine preload': the supervisor pins it"
}

@test "system calls by number are pinned, with noise in the upper halves of the registers" {
	script <<-'END'
		libc.syscall.restype = ctypes.c_long
		noise = 0x5a5a5a5a << 32
		fd = libc.syscall(NUMBERS["socket"], ctypes.c_ulong(noise | V4), ctypes.c_ulong(noise | TCP), ctypes.c_ulong(noise))
		assert fd >= 0, ctypes.get_errno()
		s = socket.socket(fileno=fd)
		address = packed(REMOTE4, WHO)
		assert libc.syscall(NUMBERS["connect"], ctypes.c_ulong(noise | fd), address, ctypes.c_ulong(noise | 16)) == 0
		print(peer_of(s))
	END
	supervised 4 python3 "$SCRIPT"
}

@test "a 32-bit program cannot choose another device by socketcall" {
	need_32_bit
	local program=$BINDTO_TESTS_DIR/tmp/socketcall
	gcc -m32 -o "$program" -xc - <<-'END'
		#include <errno.h>
		#include <linux/net.h>
		#include <stdio.h>
		#include <sys/socket.h>
		#include <sys/syscall.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			long made[] = {AF_INET, SOCK_STREAM, 0};
			long fd = syscall(SYS_socketcall, SYS_SOCKET, made);
			long set[] = {fd, SOL_SOCKET, SO_BINDTODEVICE, (long)argv[1], 5};
			long r = syscall(SYS_socketcall, SYS_SETSOCKOPT, set);
			printf("%s\n", r == 0 ? "set" : errno == EPERM ? "EPERM" : "failed");
			return argc != 2;
		}
	END
	run client "$program" eth0
	assert_output set
	run client "$BINDTO" -s -i wlan0 -- "$program" eth0
	assert_output EPERM
	run client "$BINDTO" -s -i wlan0 -- "$program" wlan0
	assert_output set
}

@test "a program with an empty environment is pinned" {
	need curl
	supervised 4 env -i "$(command -v curl)" -sS --max-time 10 http://192.0.2.1/
}

@test "libc's own name lookups are pinned" {
	need getent
	echo "nameserver 192.0.2.1" >"$BINDTO_TESTS_DIR/resolv.conf"
	as_each looks_up
	: >"$BINDTO_TESTS_DIR/resolv.conf"
}

looks_up() {
	local log=$NETWORK_DIR/names.log
	local engine
	for engine in both supervise; do
		: >"$log"
		run client "$BINDTO" --engine $engine -a 203.0.113.3 -- getent ahosts some.name.test
		assert_line --partial 192.0.2.1
		assert_equal "$(sort -u "$log")" "203.0.113.3 udp some.name.test"
		: >"$log"
		witness_mark
		run client "$BINDTO" --engine $engine -i wlan0 -- getent ahosts some.name.test
		assert_line --partial 192.0.2.1
		assert_equal "$(sort -u "$log")" "198.51.100.2 udp some.name.test"
		: >"$log"
		run client "$BINDTO" --engine $engine -i wlan0 -- "$GO"0 name other.name.test
		assert_output --partial 192.0.2.1
		assert_equal "$(sort -u "$log")" "198.51.100.2 udp other.name.test"
		assert_only 198.51.100.2 wlan0
	done
}

@test "threads that make and connect sockets at once are all pinned" {
	script <<-'END'
		import threading
		wrong = []
		def work():
		    for _ in range(10):
		        s = socket.create_connection((REMOTE4, WHO))
		        if peer_of(s) != "198.51.100.2":
		            wrong.append(s)
		threads = [threading.Thread(target=work) for _ in range(64)]
		for thread in threads: thread.start()
		for thread in threads: thread.join()
		print(len(wrong))
	END
	for engine in both supervise; do
		run client "$BINDTO" --engine $engine -i wlan0 -- python3 "$SCRIPT"
		assert_output 0
	done
}

@test "more children than the supervisor may have descriptors are supervised one after another" {
	script <<-'END'
		for _ in range(300):
		    child = os.fork()
		    if child == 0:
		        s = socket.socket(V4, UDP)
		        s.connect((REMOTE4, DISCARD))
		        os._exit(s.getsockname()[0] != "198.51.100.2")
		    assert os.waitpid(child, 0)[1] == 0
	END
	for engine in both supervise; do
		run client prlimit --nofile=256:256 "$BINDTO" --engine $engine -i wlan0 -- python3 "$SCRIPT"
		assert_success
		assert_output ""
	done
}

@test "io_uring fails with ENOSYS" {
	[ -x "$PROBE/uring" ] || lacks "there is no uring probe"
	for engine in both supervise; do
		python "$BINDTO" --engine $engine -a 203.0.113.3 -- <<-'END'
		assert libc.syscall(425, 4, ctypes.create_string_buffer(120)) == -1
		assert ctypes.get_errno() == errno.ENOSYS
		END
	done
}

@test "AF_UNIX and netlink sockets work as without bindto, and families that carry IP inside the kernel are refused" {
	need ip
	plain=$(client ip -brief address)
	run client "$BINDTO" -s -i wlan0 -- ip -brief address
	assert_output "$plain"
	python "$BINDTO" -s -a 203.0.113.3 -- <<-'END'
		name = os.environ["TMPDIR"] + "/socket.%d" % os.getpid()
		listener = socket.socket(socket.AF_UNIX)
		listener.bind(name)
		listener.listen()
		s = socket.socket(socket.AF_UNIX)
		s.connect(name)
		a, b = socket.socketpair()
		for family in 43, 21, 33:
		    assert error(socket.socket, family, TCP) == "EAFNOSUPPORT", family
		os.unlink(name)
	END
}

@test "descriptors keep O_CLOEXEC and O_NONBLOCK as asked" {
	script <<-'END'
		import fcntl
		for kind in TCP, TCP | socket.SOCK_NONBLOCK, TCP | socket.SOCK_CLOEXEC, UDP | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC:
		    fd = libc.socket(V4, kind, 0)
		    print(fd, fcntl.fcntl(fd, fcntl.F_GETFD), fcntl.fcntl(fd, fcntl.F_GETFL))
	END
	plain=$(client python3 "$SCRIPT")
	run client "$BINDTO" -s -i wlan0 -- python3 "$SCRIPT"
	assert_output "$plain"
}

@test "wrong arguments get the kernel's errors" {
	script <<-'END'
		s = socket.socket(V4)
		for call in "bind", "connect":
		    for length in 0, 2, 15, 129, -1:
		        r = getattr(libc, call)(s.fileno(), b"\2" + bytes(200), ctypes.c_uint(length))
		        print(call, length, r, ctypes.get_errno() if r < 0 else 0)
		    for fd, pointer in (s.fileno(), 8), (999, 8), (0, 8), (-1, 8):
		        r = getattr(libc, call)(fd, ctypes.c_void_p(pointer), 16)
		        print(call, fd == 999, r, ctypes.get_errno())
		print(libc.listen(999, 1), ctypes.get_errno(), libc.listen(0, 1), ctypes.get_errno())
		print(error(socket.socket, V4, TCP, 17), error(socket.socket, 44, TCP))
		s = socket.socket(V4)
		s.bind(("0.0.0.0", 0))
		print(error(s.bind, ("0.0.0.0", 0)))
	END
	plain=$(client python3 "$SCRIPT" </dev/null)
	for pin in "-s -a 203.0.113.3" "-s -i wlan0" "-a 203.0.113.3" "-i wlan0"; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- python3 "$SCRIPT" </dev/null
		assert_output "$plain"
	done
}

@test "bindto refuses to start a second supervisor under another one" {
	local outer inner
	for outer in both supervise; do
		for inner in both supervise; do
			[ $outer-$inner != both-both ] || continue
			run client "$BINDTO" --engine $outer -a 203.0.113.3 -- "$BINDTO" --engine $inner -i wlan0 -- true
			assert_equal "$status" 125
			assert_line --index 0 --partial "another seccomp listener supervises it already"
		done
	done
}

@test "--engine preload is refused inside of a bindto that supervises: two pins would be mixed" {
	local outer reason hint
	reason="bindto: cannot use '--engine preload': another bindto supervises this process, and would answer the library's calls by its own pin"
	hint=$'\n'"hint: leave out '--engine preload': the default engine works inside that of another bindto"
	for outer in both supervise; do
		run client "$BINDTO" --engine $outer -a 203.0.113.3 -- "$BINDTO" --engine preload -i wlan0 -- true
		assert_equal "$status" 125
		assert_output "$reason$hint"
		hint='' # no engine works inside --strict
	done
}

@test "in bindto inside of bindto the inner pin holds libc's calls, and the outer one calls by number" {
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -a 203.0.113.3 -- \
		"$BINDTO" -i wlan0 -- "$PROBE/who" 192.0.2.1 7000
	assert_comes_from 203.0.113.3 eth0 "$BINDTO" -a 203.0.113.3 -- \
		"$BINDTO" -i wlan0 -- sh -c "$PROBE/who-static 192.0.2.1 7000; exit"
	run client "$BINDTO" -a 203.0.113.3 -- "$BINDTO" -i wlan0 -- "$PROBE/who-static" 192.0.2.1 7000
	assert_equal "$status" 125
	assert_output --partial 'it is statically linked'
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -a 203.0.113.3 -- \
		env -i "$BINDTO" -i wlan0 -- "$PROBE/who" 192.0.2.1 7000
}

@test "an excluded peer is reached unpinned and the next one pinned, by each engine" {
	local engine
	script <<-'END'
		s = socket.socket(V4, UDP)
		s.settimeout(10)
		print(peer_of(s, (REMOTE4, WHO)))
		s.sendto(b"x", ("203.0.113.1", DISCARD))
		address = struct.pack("=H", 0) + struct.pack("!H4s8x", DISCARD, socket.inet_aton("203.0.113.1"))
		assert libc.sendto(s.fileno(), b"x", 1, 0, address, 16) == 1  # AF_UNSPEC: AF_INET here
		print(peer_of(s, (REMOTE4, WHO)))
		assert libc.sendto(s.fileno(), b"x", 1, 0, address, 16) == 1
		s = socket.socket(V4, UDP)
		s.connect((REMOTE4, WHO))
		print(error(s.sendto, b"x", ("203.0.113.1", DISCARD)))
	END
	for engine in both preload supervise; do
		witness_mark
		run client "$BINDTO" --engine $engine -a 203.0.113.3 -e 192.0.2.0/24 -- python3 "$SCRIPT"
		assert_output $'203.0.113.2\n203.0.113.2\nNone'
		run witness_since_mark
		assert_line --regexp '^eth0 udp 203\.0\.113\.3 [0-9]+ 203\.0\.113\.1 '
		refute_output --regexp ' 203\.0\.113\.2 [0-9]+ 203\.0\.113\.1 '
	done
}

@test "root may bind a privileged port, and nobody else" {
	script <<-'END'
		for family, kind in (V4, UDP), (V6, UDP), (V4, TCP), (V6, TCP):
		    s = socket.socket(family, kind)
		    print(error(s.bind, ("::" if family == V6 else "0.0.0.0", 700)), s.getsockname()[1], end=" ")
	END
	for engine in "" --strict "--engine preload"; do
		for pin in "-i wlan0" "-4 -i wlan0" "-i wlan0 -a 198.51.100.3"; do
			# shellcheck disable=SC2086 # options
			WHO=root run client "$BINDTO" $engine $pin -- python3 "$SCRIPT"
			assert_output --regexp '^None 700 [A-Za-z]+ [0-9]+ None 700 '
			# shellcheck disable=SC2086 # options
			WHO=user run client "$BINDTO" $engine $pin -- python3 "$SCRIPT"
			assert_output --regexp '^EACCES 0 [A-Z]+ 0 EACCES 0 '
		done
	done
}
