#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The default engine: the library pins what a program does by libc's functions, and its own calls pass
# the filter through the gate. Whatever bypasses the library is trapped, and the supervisor pins it.
# Programs in which the gate does not open are pinned all the same.
# shellcheck disable=SC2154 # started is network.bash's, stderr bats's

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
load lib/dns.bash

setup_file() {
	network_up
	export MADE=$BINDTO_TESTS_DIR/tmp/made
	mkdir -p "$MADE"
}

teardown_file() {
	network_down
}

# make_program NAME FLAG...: of C on standard input, with the words of program.h.
make_program() {
	need gcc
	cat >"$MADE/program.h" <<-'END'
		#define _GNU_SOURCE
		#include <arpa/inet.h>
		#include <dlfcn.h>
		#include <errno.h>
		#include <pthread.h>
		#include <signal.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/mman.h>
		#include <sys/prctl.h>
		#include <sys/socket.h>
		#include <sys/syscall.h>
		#include <sys/time.h>
		#include <unistd.h>
		static const struct sockaddr_in *who(const char *ip)
		{
			static struct sockaddr_in peer = {.sin_family = AF_INET};
			peer.sin_port = htons(7000);
			inet_pton(AF_INET, ip, &peer.sin_addr);
			return &peer;
		}
		static int tell(int fd) /* what the server at the other end says */
		{
			char answer[100];
			ssize_t n = read(fd, answer, sizeof(answer));
			return write(1, answer, n > 0 ? n : 0) != n || n <= 0;
		}
	END
	cat >"$MADE/$1.c"
	gcc -I"$MADE" -o "$MADE/$1" "$MADE/$1.c" "${@:2}"
	chmod -R a+rX "$MADE"
}

# is_gated COMMAND...: does it have the gate? For a program whose memory map the command prints.
is_gated() {
	run client "$BINDTO" -i wlan0 -- "$@"
	assert_success
	[[ $output =~ (^|$'\n')6fff0000-6fff1000\ r-xp\ [^$'\n']*/libbindto\.so ]]
}

@test "the gate is one page of the library's file that nobody may write to" {
	is_gated cat /proc/self/maps
	run client "$BINDTO" --engine preload -i wlan0 -- cat /proc/self/maps
	refute_output --partial 6fff0000
	run client "$BINDTO" -s -i wlan0 -- cat /proc/self/maps
	refute_output --partial 6fff0000
}

@test "calls of the library are not trapped, and all others are" {
	# The kernel counts the switches that a program waits for the supervisor: none in the hooked calls.
	run client "$BINDTO" -i wlan0 -- python3 - <<-'END'
		import ctypes, resource, socket
		def waits(call):
		    before = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
		    for _ in range(200): call()
		    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw - before
		libc = ctypes.CDLL(None)
		print(waits(lambda: socket.socket().close()) < 100,
		      waits(lambda: libc.close(libc.syscall(41, 2, 1, 0))) >= 200)
	END
	assert_output 'True True'
}

@test "what a program gets from libc behind the library's back is pinned" {
	script <<-'END'
		own = ctypes.CDLL("libc.so.6", use_errno=True)
		fd = own.socket(V4, TCP, 0)
		address = struct.pack("=H", V4) + struct.pack("!H4s8x", WHO, socket.inet_aton(REMOTE4))
		assert own.connect(fd, address, 16) == 0
		print(peer_of(socket.socket(fileno=fd)))
	END
	assert_pinned 4 python3 "$SCRIPT"
}

@test "a socket of the library's that a program connects by number is pinned, and the other way round" {
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86-64"
	script <<-'END'
		address = struct.pack("=H", V4) + struct.pack("!H4s8x", WHO, socket.inet_aton(REMOTE4))
		s = socket.socket()
		assert libc.syscall(42, s.fileno(), address, 16) == 0
		print(peer_of(s))
		s = socket.socket(fileno=libc.syscall(41, V4, TCP, 0))
		s.connect((REMOTE4, WHO))
		print(peer_of(s))
	END
	assert_pinned 4 python3 "$SCRIPT"
}

@test "libc's name lookups leave by the pin, in a process that forbids to be looked into as well" {
	name_servers
	configured 192.0.2.1
	script <<-'END'
		import sys
		def look(): return sorted(a[4][0] for a in socket.getaddrinfo("www.test", 80, type=TCP))
		if len(sys.argv) > 1:
		    libc.prctl(4, 0, 0, 0, 0), libc.prctl(4, 0, 0, 0, 0)
		    if os.fork() == 0: os._exit(not look())
		    assert os.wait()[1] == 0
		print(look())
	END
	as_each looks_up
	configured
}

looks_up() {
	local word
	for word in "" forbid; do
		logs_emptied
		witness_mark
		# shellcheck disable=SC2086 # none or one
		run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT" $word
		assert_success
		assert_asked "$NETWORK_DIR/names.log" 198.51.100.2 www.test
		assert_only 198.51.100.2 wlan0
	done
}

@test "a process that forbids to be looked into is pinned by the library, and nothing that it does by number leaks" {
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86-64"
	script <<-'END'
		before = socket.socket()
		libc.prctl(4, 0, 0, 0, 0)
		def by_number(s): return libc.syscall(42, s.fileno(), address, 16)
		address = struct.pack("=H", V4) + struct.pack("!H4s8x", WHO, socket.inet_aton(REMOTE4))
		s = socket.create_connection((REMOTE4, WHO))
		print(peer_of(s))
		u = socket.socket(V4, UDP)
		u.bind(("0.0.0.0", 7777))
		u.sendto(b"x", (REMOTE4, DISCARD))
		l = socket.socket()
		l.bind(("0.0.0.0", 7777))
		l.listen()
		socket.create_connection(l.getsockname()).close()
		print(by_number(before), by_number(socket.socket()))
	END
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_success
	assert_line --index 0 198.51.100.2
	assert_line --index 1 "-1 -1"
	assert_only 198.51.100.2 wlan0
}

# held_by_number WORD...: nothing that the script does leaves but by wlan0, if anything.
held_by_number() {
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT" "$@"
	assert_success
	run astray 198.51.100.2 wlan0 <<<"$(witness_since_mark)"
	assert_output ""
}

@test "no call by number leaks of a process that forbids to be looked into, by libc or by number" {
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86-64"
	script <<-'END'
		import sys
		if sys.argv[1] == "libc": libc.prctl(4, 0, 0, 0, 0)
		else: libc.syscall(157, 4, 0, 0, 0, 0)
		address = struct.pack("=H", V4) + struct.pack("!H4s8x", DISCARD, socket.inet_aton(REMOTE4))
		eth0 = socket.if_nametoindex("eth0")
		for make in lambda kind: socket.socket(V4, kind).detach(), lambda kind: libc.syscall(41, V4, kind, 0):
		    libc.syscall(42, make(TCP), address, 16)
		    libc.syscall(44, make(TCP), b"x", 1, 0x20000000, address, 16)
		    name, data = ctypes.create_string_buffer(address), ctypes.create_string_buffer(b"x")
		    part = ctypes.create_string_buffer(struct.pack("=QQ", ctypes.addressof(data), 1))
		    control = ctypes.create_string_buffer(struct.pack("=QiiI4s4x4x", 28, 0, 8, eth0, socket.inet_aton("203.0.113.2")))
		    message = struct.pack("=QIxxxxQQQQixxxx", ctypes.addressof(name), 16, ctypes.addressof(part), 1,
		                          ctypes.addressof(control), 32, 0)
		    libc.syscall(46, make(UDP), message, 0)
	END
	held_by_number libc
	held_by_number number
}

@test "a process that only tried to forbid it, or permits it again, has what it had" {
	script <<-'END'
		libc.prctl(4, 2, 0, 0, 0)
		for _ in range(2):
		    with socket.socket(V6, UDP) as s: s.bind(("::", 7777))
		    libc.prctl(4, 0, 0, 0, 0), libc.prctl(4, 1, 0, 0, 0)
		print("ok")
	END
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output ok
}

@test "a process of root's that gave its ids up is pinned, if root may not look into others" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "it needs other users"
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86-64"
	local weak=(setpriv '--bounding-set=-sys_ptrace,-sys_admin' '--inh-caps=-sys_ptrace,-sys_admin' --ambient-caps=-all)
	script <<-'END'
		address = struct.pack("=H", V4) + struct.pack("!H4s8x", WHO, socket.inet_aton(REMOTE4))
		print(libc.syscall(42, socket.socket().fileno(), address, 16))
		print(peer_of(socket.create_connection((REMOTE4, WHO))))
	END
	witness_mark
	WHO=root run client "${weak[@]}" "$BINDTO" -i wlan0 -- \
		setpriv --reuid=65534 --regid=65534 --clear-groups python3 "$SCRIPT"
	assert_line --index 0 -1
	assert_line --index 1 198.51.100.2
	assert_only 198.51.100.2 wlan0
}

@test "a program's own IPV6_V6ONLY counts, set by number on a socket of the library's" {
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86-64"
	script <<-'END'
		s = socket.socket(V6)
		libc.syscall(54, s.fileno(), 41, 26, ctypes.byref(ctypes.c_int(1)), 4)
		address = struct.pack("=H", V6) + struct.pack("!H", 7777) + bytes(24)
		libc.syscall(49, s.fileno(), address, 28)
		with socket.socket() as four: print(error(four.bind, ("0.0.0.0", 7777)))
	END
	assert_equal "$(client python3 "$SCRIPT")" None
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output None
}

@test "a program in a sandbox that kills it for bind or prctl starts as it does without bindto" {
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86-64"
	script <<-'END'
		import sys
		code = b"".join(struct.pack("HBBI", *line) for line in (
		    (0x20, 0, 0, 0), (0x15, 0, 1, int(sys.argv[1])), (6, 0, 0, 0x80000000), (6, 0, 0, 0x7fff0000)))
		kept = ctypes.create_string_buffer(code)
		program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(kept)))
		assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.syscall(317, 1, 0, program) == 0
		os.execvp(sys.argv[2], sys.argv[2:])
	END
	local number
	for number in 49 157; do
		run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT" $number echo started
		assert_success
		assert_output started
	done
}

@test "what runs before any library's constructor is pinned" {
	make_program preinit <<-'END'
		#include "program.h"
		static int fd;
		static void before(void)
		{
			fd = socket(AF_INET, SOCK_STREAM, 0);
			if (connect(fd, (const void *)who("192.0.2.1"), sizeof(struct sockaddr_in)) < 0)
				_exit(1);
		}
		__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = before;
		int main(void)
		{
			return tell(fd);
		}
	END
	assert_pinned 4 "$MADE/preinit"
}

@test "a program is pinned in which something else is where the gate would be" {
	make_program occupied.so -shared -fPIC <<-'END'
		#include "program.h"
		__attribute__((constructor)) static void occupy(void)
		{
			mmap((void *)0x6fff0000, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		}
	END
	make_program occupied "-Wl,--no-as-needed,-rpath,$MADE" "$MADE/occupied.so" <<-'END'
		#include "program.h"
		int main(void)
		{
			int fd = socket(AF_INET, SOCK_STREAM, 0);
			return connect(fd, (const void *)who("192.0.2.1"), sizeof(struct sockaddr_in)) < 0 || tell(fd);
		}
	END
	assert_pinned 4 "$MADE/occupied"
}

@test "a program is pinned that preloads another library with the same functions" {
	make_program other.so -shared -fPIC <<-'END'
		#include "program.h"
		int connect(int fd, const struct sockaddr *address, socklen_t length)
		{
			int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
			fprintf(stderr, "other\n");
			return next(fd, address, length);
		}
	END
	run --separate-stderr client "$BINDTO" -i wlan0 -- env "LD_PRELOAD=$MADE/other.so" "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 198\.51\.100\.2 '
	assert_equal "$stderr" other
	run --separate-stderr client env "LD_PRELOAD=$MADE/other.so" "$BINDTO" -i wlan0 -- "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 198\.51\.100\.2 '
	assert_line --index 0 --regexp '^peer'
	[[ $stderr == *other* ]]
}

@test "a program is pinned in a sandbox that hides the library" {
	need bwrap
	as_each is_sandboxed
}

is_sandboxed() {
	local sandbox=(bwrap --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64
		--ro-bind "$PROBE" /probe --proc /proc --dev /dev --unshare-user --unshare-pid /probe/who 192.0.2.1 7000)
	for engine in both supervise; do
		witness_mark
		run --separate-stderr client "$BINDTO" --engine "$engine" -a 203.0.113.3 -- "${sandbox[@]}"
		assert_output --regexp '^peer 203\.0\.113\.3 '
		assert_only 203.0.113.3 eth0
		witness_mark
		run --separate-stderr client "$BINDTO" --engine "$engine" -i wlan0 -- "${sandbox[@]}"
		assert_output --regexp '^peer 198\.51\.100\.2 '
		assert_only 198.51.100.2 wlan0
	done
}

@test "a program is pinned that Landlock keeps from opening the library" {
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86-64"
	script <<-'END'
		import sys
		CREATE, ADD, RESTRICT, READ = 444, 445, 446, 1 << 2 | 1 << 3 | 1 << 0
		ruleset = libc.syscall(CREATE, struct.pack("=Q", READ), 8, 0)
		if ruleset < 0:
		    print("no Landlock"), sys.exit()
		for path in "/usr", "/lib", "/lib64", "/etc", os.environ["PROBE"]:
		    fd = os.open(path, os.O_PATH)
		    assert libc.syscall(ADD, ruleset, 1, struct.pack("=Qi", READ, fd), 0) == 0
		assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.syscall(RESTRICT, ruleset, 0) == 0
		os.execv(sys.argv[1], sys.argv[1:])
	END
	witness_mark
	run --separate-stderr client env "PROBE=$PROBE" "$BINDTO" -i wlan0 -- python3 "$SCRIPT" "$PROBE/who" 192.0.2.1 7000
	[ "$output" != "no Landlock" ] || skip "this kernel has no Landlock"
	assert_output --regexp '^peer 198\.51\.100\.2 '
	[[ $stderr == *"cannot be preloaded"* ]]
	assert_only 198.51.100.2 wlan0
}

@test "a program is pinned whose environment names a library of that name that is not there" {
	witness_mark
	run --separate-stderr client "$BINDTO" -i wlan0 -- env LD_PRELOAD=/nowhere/libbindto.so "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 198\.51\.100\.2 '
	run --separate-stderr client "$BINDTO" -i wlan0 -- env -u BINDTO_PIN "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 198\.51\.100\.2 '
	run --separate-stderr client "$BINDTO" -i wlan0 -- env -u LD_PRELOAD "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 198\.51\.100\.2 '
	assert_only 198.51.100.2 wlan0
}

@test "an all-zero IP_PKTINFO takes no source away, as WireGuard for Go sends one each time" {
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86-64"
	script <<-'END'
		s = socket.socket(V4, UDP)
		zero = [(socket.IPPROTO_IP, 8, bytes(12))]
		s.sendmsg([b"x"], zero, 0, (REMOTE4, DISCARD))
		name = ctypes.create_string_buffer(struct.pack("=H", V4) + struct.pack("!H4s8x", DISCARD, socket.inet_aton(REMOTE4)))
		data = ctypes.create_string_buffer(b"x")
		part = ctypes.create_string_buffer(struct.pack("=QQ", ctypes.addressof(data), 1))
		control = ctypes.create_string_buffer(struct.pack("=Qii12x4x", 28, socket.IPPROTO_IP, 8))
		message = struct.pack("=QIxxxxQQQQixxxx", ctypes.addressof(name), 16, ctypes.addressof(part), 1,
		                      ctypes.addressof(control), 32, 0)
		assert libc.syscall(46, s.fileno(), message, 0) == 1, ctypes.get_errno()
	END
	local pin
	for pin in "-a 203.0.113.3:203.0.113.3 eth0" "-i wlan0:198.51.100.2 wlan0"; do
		witness_mark
		# shellcheck disable=SC2086 # words
		client "$BINDTO" ${pin%:*} -- python3 "$SCRIPT"
		# shellcheck disable=SC2086 # words
		assert_only ${pin#*:}
	done
}

@test "programs built with clang's sanitizers, and under valgrind and gdb, are pinned" {
	need clang valgrind gdb
	local kind
	make_program plain -g <<-'END'
		#include "program.h"
		int main(void)
		{
			int fd = socket(AF_INET, SOCK_STREAM, 0);
			return connect(fd, (const void *)who("192.0.2.1"), sizeof(struct sockaddr_in)) < 0 || tell(fd);
		}
	END
	for kind in address thread; do
		echo 'int main(void) { return 0; }' >"$MADE/empty.c"
		clang -fsanitize=$kind -o "$MADE/empty" "$MADE/empty.c" 2>/dev/null || continue
		clang -I"$MADE" -fsanitize=$kind -o "$MADE/$kind" "$MADE/plain.c"
		chmod a+rx "$MADE/$kind"
		WHO=user assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -- "$MADE/$kind"
	done
	run --separate-stderr client "$BINDTO" -i wlan0 -- valgrind -q "$MADE/plain"
	assert_output --regexp '^peer 198\.51\.100\.2 '
	run client "$BINDTO" -i wlan0 -- gdb -q -batch -ex run "$MADE/plain"
	assert_output --partial '198.51.100.2'
}

@test "signals interrupt no call through the gate, and double none" {
	make_program alarmed <<-'END'
		#include "program.h"
		static void nothing(int number)
		{
			(void)number;
		}
		int main(void)
		{
			struct sigaction act = {.sa_handler = nothing}; /* no SA_RESTART */
			struct itimerval often = {{0, 300}, {0, 300}}, never = {0};
			int wrong = 0, highest = 0;
			sigaction(SIGALRM, &act, NULL);
			setitimer(ITIMER_REAL, &often, NULL);
			for (int i = 0; i < 20000; i++) {
				int fd = socket(AF_INET, SOCK_DGRAM, 0);
				wrong += fd < 0 || setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &wrong, 4) < 0;
				wrong += connect(fd, (const void *)who("127.0.0.1"), sizeof(struct sockaddr_in)) < 0;
				highest = fd > highest ? fd : highest;
				close(fd);
			}
			setitimer(ITIMER_REAL, &never, NULL);
			printf("%d wrong, %d descriptors\n", wrong, highest);
			return 0;
		}
	END
	run client "$BINDTO" -i wlan0 -- "$MADE/alarmed"
	assert_output --regexp '^0 wrong, [345] descriptors$'
}

@test "a thread that waits in a call through the gate is cancelled, and cleans up" {
	make_program cancelled -pthread <<-'END'
		#include "program.h"
		static void clean(void *unused)
		{
			(void)unused;
			puts("cleaned up");
		}
		static void *wait_for(void *peer)
		{
			pthread_cleanup_push(clean, NULL);
			int fd = socket(AF_INET, SOCK_STREAM, 0);
			connect(fd, (const void *)who(peer), sizeof(struct sockaddr_in));
			pthread_cleanup_pop(0);
			return NULL;
		}
		int main(void)
		{
			pthread_t thread;
			void *result;
			pthread_create(&thread, NULL, wait_for, "192.0.2.200");
			usleep(300000); /* the peer never answers */
			pthread_cancel(thread);
			pthread_join(thread, &result);
			puts(result == PTHREAD_CANCELED ? "cancelled" : "went on");
			return 0;
		}
	END
	LIMIT=8 run client "$MADE/cancelled"
	local plain=$output
	assert_output $'cleaned up\ncancelled'
	LIMIT=8 run client "$BINDTO" -i wlan0 -- "$MADE/cancelled"
	assert_output "$plain"
}

# contained ERRNO NUMBER COMMAND...: under a filter as a container has one, by which a call fails.
contained() {
	CONTAINER=$BINDTO_TESTS_DIR/tmp/container.py
	cat >"$CONTAINER" <<-'END'
		import ctypes, os, struct, sys
		libc = ctypes.CDLL(None)
		code = b"".join(struct.pack("HBBI", *line) for line in (
		    (0x20, 0, 0, 0), (0x15, 0, 1, int(sys.argv[2])), (6, 0, 0, 0x50000 | int(sys.argv[1])), (6, 0, 0, 0x7fff0000)))
		kept = ctypes.create_string_buffer(code)
		program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(kept)))
		assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
		os.execvp(sys.argv[3], sys.argv[3:])
	END
	chmod a+r "$CONTAINER"
	client python3 "$CONTAINER" "$@"
}

@test "without user notification the program is not started, and a hint says what there is" {
	[ "$(uname -m)" = x86_64 ] || skip "the number is that of x86-64"
	run contained 1 317 "$BINDTO" -a 203.0.113.3 -- echo started
	assert_equal "$status" 125
	assert_output "bindto: cannot supervise '/usr/bin/echo': seccomp filters are not permitted here (a container's own filter may be why)
hint: --engine preload needs no supervisor, but does not pin libc's name lookups and calls that bypass libc"
	run contained 1 317 "$BINDTO" -a 203.0.113.3 -- "$PROBE/who-static" 192.0.2.1 7000
	assert_equal "$status" 125
	refute_output --partial hint
	run contained 1 317 "$BINDTO" --engine preload -a 203.0.113.3 -- "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 203\.0\.113\.3 '
}

@test "in a container that denies looking into programs the library pins, and what bypasses it is pinned or fails" {
	[ "$(uname -m)" = x86_64 ] || skip "the number is that of x86-64"
	script <<-'END'
		address = struct.pack("=H", V4) + struct.pack("!H4s8x", WHO, socket.inet_aton(REMOTE4))
		print(peer_of(socket.create_connection((REMOTE4, WHO))))
		l = socket.socket()
		l.bind(("0.0.0.0", 7777))
		l.listen()
		socket.create_connection(l.getsockname()).close()
		print(l.getsockname()[0])
		s = socket.socket(fileno=libc.syscall(41, V4, TCP, 0))
		print(peer_of(s) if libc.syscall(42, s.fileno(), address, 16) == 0 else "failed")
		print(libc.syscall(42, socket.socket().fileno(), address, 16))
	END
	local pin
	for pin in "-a 203.0.113.3:203.0.113.3 eth0" "-i wlan0:198.51.100.2 wlan0"; do
		witness_mark
		# shellcheck disable=SC2086 # words
		run contained 1 438 "$BINDTO" ${pin%:*} -- python3 "$SCRIPT"
		assert_success
		local source=${pin#*:}
		assert_line --index 0 "${source% *}"
		assert_line --index 1 "${source% *}"
		assert_line --index 2 --regexp "^(${source% *}|failed)$"
		# shellcheck disable=SC2086 # words
		assert_only ${pin#*:}
		# shellcheck disable=SC2086 # words
		run contained 1 438 "$BINDTO" --explain ${pin%:*} -- "$PROBE/who"
		assert_success
		assert_line --regexp '^warning: bindto may not look into programs here'
		# shellcheck disable=SC2086 # words
		WHO=user run contained 1 438 "$BINDTO" ${pin%:*} -- "$PROBE/who-static" 192.0.2.1 7000
		assert_output --regexp "^peer ${source% *} "
	done
}
