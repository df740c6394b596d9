#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The default engine: the library pins what a program does by libc's functions, and makes its own system calls
# through the gate, which the filter lets pass. The filter traps all other calls, and the supervisor pins them.
# If the gate does not open in a program, the program is pinned all the same.
# shellcheck disable=SC2154 # stderr is bats's

load lib/network.bash
load lib/assertions.bash
load lib/programs.bash
on_network

@test "the gate is one page of the library's file that nobody may write to" {
	run client "$BINDTO" -i wlan0 -- cat /proc/self/maps
	assert_line --regexp '^6fff0000-6fff1000 r-xp .*/libbindto\.so'
	run client "$BINDTO" --engine preload -i wlan0 -- cat /proc/self/maps
	refute_output --partial 6fff0000
	run client "$BINDTO" -s -i wlan0 -- cat /proc/self/maps
	refute_output --partial 6fff0000
}

@test "the filter does not trap the library's own calls, and traps the same calls made by number" {
	# The kernel counts how often a program sleeps until the supervisor answers: never in the hooked calls, and
	# nearly always in the others. Now and then the supervisor, on another processor, answers before the program
	# sleeps.
	run python "$BINDTO" -i wlan0 -- <<-'END'
		import resource
		def waits(call):
		    before = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
		    for _ in range(200): call()
		    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw - before
		hooked = waits(lambda: socket.socket().close())
		others = waits(lambda: libc.close(by_number("socket", V4, TCP, 0)))
		print(hooked < 50, others > 100, hooked, others)
	END
	assert_output --regexp '^True True '
}

@test "the filter does not trap the 32-bit library's own calls, and traps the same calls made by number" {
	need_32_bit
	make_program waits -m32 <<-'END'
		#include "program.h"
		#include <sys/resource.h>
		#include <sys/syscall.h>
		static long waits(int by_number)
		{
			struct rusage before, after;
			getrusage(RUSAGE_SELF, &before);
			for (int i = 0; i < 200; i++)
				close(by_number ? syscall(SYS_socket, AF_INET, SOCK_STREAM, 0) : socket(AF_INET, SOCK_STREAM, 0));
			getrusage(RUSAGE_SELF, &after);
			return after.ru_nvcsw - before.ru_nvcsw;
		}
		int main(void)
		{
			long hooked = waits(0), numbered = waits(1);
			return !(hooked < 50 && numbered > 100);
		}
	END
	run client "$BINDTO" -i wlan0 -- "$MADE/waits"
	assert_success
}

@test "a program that finds libc's functions past the library is pinned" {
	script <<-'END'
		own = ctypes.CDLL("libc.so.6", use_errno=True)
		fd = own.socket(V4, TCP, 0)
		assert own.connect(fd, packed(REMOTE4, WHO), 16) == 0
		print(peer_of(socket.socket(fileno=fd)))
	END
	assert_pinned 4 python3 "$SCRIPT"
}

@test "a socket is pinned if the library makes it and the program connects it by number, and the other way round" {
	script <<-'END'
		address = packed(REMOTE4, WHO)
		s = socket.socket()
		assert by_number("connect", s.fileno(), address, 16) == 0
		print(peer_of(s))
		s = socket.socket(fileno=by_number("socket", V4, TCP, 0))
		s.connect((REMOTE4, WHO))
		print(peer_of(s))
	END
	assert_pinned 4 python3 "$SCRIPT"
}

@test "an IPV6_V6ONLY that a program sets by number stays, on a socket that the library made" {
	script <<-'END'
		s = socket.socket(V6)
		by_number("setsockopt", s.fileno(), socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, ctypes.byref(ctypes.c_int(1)), 4)
		by_number("bind", s.fileno(), packed("::", 7777), 28)
		with socket.socket() as four: print(error(four.bind, ("0.0.0.0", 7777)))
	END
	assert_equal "$(client python3 "$SCRIPT")" None
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output None
}

@test "a program in a sandbox that kills it for bind or prctl starts as it does without bindto" {
	local call
	for call in bind prctl; do
		run client "$BINDTO" -a 203.0.113.3 -- "${FILTERED[@]}" kill $call echo started
		assert_success
		assert_output started
	done
}

@test "code that runs before any library's constructor is pinned" {
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

@test "a program that has something else at the gate's address is pinned" {
	make_program occupied.so -shared -fPIC <<-'END'
		#include "program.h"
		__attribute__((constructor)) static void occupy(void)
		{
			mmap((void *)0x6fff0000, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		}
	END
	gcc -o "$MADE/occupied" "$BINDTO_SOURCE/tests/probe/who.c" "-Wl,--no-as-needed,-rpath,$MADE" "$MADE/occupied.so"
	chmod a+rx "$MADE/occupied"
	assert_pinned 4 "$MADE/occupied" 192.0.2.1 7000
}

@test "a program that preloads another library with the same functions is pinned" {
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

@test "a program in a sandbox that hides the library is pinned" {
	need bwrap
	as_each is_sandboxed
}

is_sandboxed() {
	for engine in both supervise; do
		witness_mark
		run --separate-stderr client "$BINDTO" --engine "$engine" -a 203.0.113.3 -- "${SANDBOXED[@]}"
		assert_output --regexp '^peer 203\.0\.113\.3 '
		assert_only 203.0.113.3 eth0
		witness_mark
		run --separate-stderr client "$BINDTO" --engine "$engine" -i wlan0 -- "${SANDBOXED[@]}"
		assert_output --regexp '^peer 198\.51\.100\.2 '
		assert_only 198.51.100.2 wlan0
	done
}

@test "a program that Landlock keeps from opening the library is pinned" {
	script <<-'END'
		import sys
		CREATE, ADD, RESTRICT, READ = 444, 445, 446, 1 << 2 | 1 << 3 | 1 << 0
		ruleset = libc.syscall(CREATE, struct.pack("=Q", READ), 8, 0)
		if ruleset < 0:
		    print("no Landlock"), sys.exit()
		for path in "/usr", "/lib", "/lib64", "/etc", os.environ["PROBE"]:
		    if not os.path.exists(path): continue # /lib64, on arm64
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

@test "a program whose LD_PRELOAD names a libbindto.so that does not exist is pinned" {
	witness_mark
	run --separate-stderr client "$BINDTO" -i wlan0 -- env LD_PRELOAD=/nowhere/libbindto.so "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 198\.51\.100\.2 '
	run --separate-stderr client "$BINDTO" -i wlan0 -- env -u BINDTO_PIN "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 198\.51\.100\.2 '
	run --separate-stderr client "$BINDTO" -i wlan0 -- env -u LD_PRELOAD "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 198\.51\.100\.2 '
	assert_only 198.51.100.2 wlan0
}

@test "an all-zero IP_PKTINFO, as WireGuard for Go sends with each message, does not undo the pin" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		s.sendmsg([b"x"], [pktinfo(V4)], 0, (REMOTE4, DISCARD))
		assert send_by_number(s.fileno(), (REMOTE4, DISCARD), pktinfo(V4)) == 1, ctypes.get_errno()
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

@test "programs built with gcc's and clang's sanitizers, and under valgrind and gdb, are pinned" {
	need clang valgrind gdb
	local kind
	for kind in address thread; do
		echo 'int main(void) { return 0; }' >"$MADE/empty.c"
		clang -fsanitize=$kind -o "$MADE/empty" "$MADE/empty.c" 2>/dev/null || continue
		clang -fsanitize=$kind -o "$MADE/$kind" "$BINDTO_SOURCE/tests/probe/who.c"
		chmod a+rx "$MADE/$kind"
		WHO=user assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -- "$MADE/$kind" 192.0.2.1 7000
	done
	# gcc links the sanitizer's runtime as a library, which checks whether another library comes before it.
	gcc -fsanitize=address -o "$MADE/shared" "$BINDTO_SOURCE/tests/probe/who.c"
	chmod a+rx "$MADE/shared"
	local engine
	for engine in both preload; do
		WHO=user assert_comes_from 198.51.100.2 wlan0 "$BINDTO" --engine $engine -i wlan0 -- "$MADE/shared" 192.0.2.1 7000
		WHO=user assert_comes_from 198.51.100.2 wlan0 env ASAN_OPTIONS=verbosity=0 "$BINDTO" --engine $engine -i wlan0 -- \
			sh -c "$MADE/shared 192.0.2.1 7000; exit"
	done
	run --separate-stderr client "$BINDTO" -i wlan0 -- valgrind -q "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 198\.51\.100\.2 '
	run client "$BINDTO" -i wlan0 -- gdb -q -batch -ex run --args "$PROBE/who" 192.0.2.1 7000
	assert_output --partial '198.51.100.2'
}

@test "no signal interrupts a call through the gate, or has it made twice" {
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
	local plain
	plain=$(client "$MADE/alarmed")
	[[ $plain == '0 wrong, '* ]]
	run client "$BINDTO" -i wlan0 -- "$MADE/alarmed"
	assert_output "$plain"
}

@test "a thread that waits in a call through the gate can be cancelled, and cleans up" {
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
	LIMIT=30 run client "$MADE/cancelled"
	local plain=$output
	assert_output $'cleaned up\ncancelled'
	LIMIT=30 run client "$BINDTO" -i wlan0 -- "$MADE/cancelled"
	assert_output "$plain"
}

@test "without seccomp user notification, bindto starts nothing, and a hint names --engine preload" {
	run client "${FILTERED[@]}" 1 seccomp "$BINDTO" -a 203.0.113.3 -- echo started
	assert_equal "$status" 125
	assert_output "bindto: cannot supervise '/usr/bin/echo': seccomp filters are not permitted here (a container's own filter may be why)
hint: --engine preload needs no supervisor, but does not pin libc's name lookups and calls that bypass libc"
	run client "${FILTERED[@]}" 1 seccomp "$BINDTO" -a 203.0.113.3 -- "$PROBE/who-static" 192.0.2.1 7000
	assert_equal "$status" 125
	refute_output --partial hint
	run client "${FILTERED[@]}" 1 seccomp "$BINDTO" --engine preload -a 203.0.113.3 -- "$PROBE/who" 192.0.2.1 7000
	assert_output --regexp '^peer 203\.0\.113\.3 '
}
