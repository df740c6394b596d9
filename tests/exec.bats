#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a pinned program starts is pinned as well. Under the default engine, the supervisor holds the programs that
# the library does not get into. Under --engine preload, the library starts them through bindto, or lets the
# exec fail, because they would leak.

load lib/network.bash
load lib/assertions.bash
load lib/supervise.bash
load lib/programs.bash
on_network copy_programs

CALLS=(execve execv execvp execvpe execl execlp execle fexecve execveat posix_spawn posix_spawnp
	fork-execve fork-execvp fork-execl)

copy_programs() {
	# The unprivileged user may not be able to read the build tree.
	export OTHERS=$BINDTO_TESTS_DIR/tmp/others
	mkdir -p "$OTHERS"
	cp "$PROBE"/who-* "$OTHERS"
	make_go_client "$OTHERS/go0" 0 -tags netgo
	make_go_client "$OTHERS/go1" 1 -tags netgo
	chmod -R a+rX "$OTHERS"
}

# pinned COMMAND...: COMMAND sends from the kernel's choice alone, and from the pin under bindto.
pinned() {
	assert_comes_from 203.0.113.2 eth0 "$@" &&
		assert_comes_from 203.0.113.3 eth0 "$BINDTO" -a 203.0.113.3 -- "$@" &&
		assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -- "$@"
}

# called CALL COMMAND...: the same, if CALL starts COMMAND.
called() {
	assert_comes_from 203.0.113.2 eth0 "$PROBE/exec" "$@" &&
		assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -- "$PROBE/exec" "$@"
}

@test "a static program that a pinned program starts is pinned, whichever call starts it" {
	[ -x "$OTHERS/who-static" ] || lacks "who-static could not be built"
	as_each each_call "$OTHERS/who-static"
}

each_call() {
	local call
	for call in "${CALLS[@]}"; do
		called "$call" "$1" 192.0.2.1 7000 || return
	done
}

@test "a program that is started with an empty environment is pinned, whichever call starts it" {
	as_each each_call_cleared
}

each_call_cleared() {
	local call
	for call in "${CALLS[@]}"; do
		called "$call" clear "$PROBE/who" 192.0.2.1 7000 || return
	done
}

@test "musl and Go programs that a pinned shell starts are pinned" {
	need go
	descendants_pinned "who-musl 192.0.2.1 7000" "go0 tcp 192.0.2.1:7000" "go1 tcp 192.0.2.1:7000"
}

@test "32-bit programs that a pinned shell starts are pinned" {
	need_32_bit
	descendants_pinned "who-m32 192.0.2.1 7000"
}

descendants_pinned() {
	local program
	# shellcheck disable=SC2086 # words
	for program; do
		[ -x "$OTHERS/${program%% *}" ] || lacks "${program%% *} could not be built"
		as_each pinned bash -c "$OTHERS/$program; exit"
		as_each pinned env -i "$OTHERS"/$program
	done
}

@test "a set-user-ID program that a pinned program starts is pinned, and gains no rights" {
	local program=$OTHERS/set-user
	cp "$PROBE/who" "$program"
	chown "$(id -u)" "$program"
	chmod 4755 "$program"
	WHO=user pinned sh -c "$program 192.0.2.1 7000; exit"
	cp "$(command -v id)" "$OTHERS/id"
	chown "$(id -u)" "$OTHERS/id"
	chmod 4755 "$OTHERS/id"
	run client "$BINDTO" -a 203.0.113.3 -- sh -c "$OTHERS/id -u; exit"
	assert_success
	assert_output "$(client id -u)"
}

@test "a static program is pinned if it is found in PATH, runs a script, or comes after a directory of its name" {
	[ -x "$OTHERS/who-static" ] || lacks "who-static could not be built"
	mkdir -p "$OTHERS/bin" "$OTHERS/decoy/tool"
	cp "$OTHERS/who-static" "$OTHERS/bin/tool"
	printf '#! %s 192.0.2.1\n' "$OTHERS/who-static" >"$OTHERS/script"
	chmod -R a+rx "$OTHERS/bin" "$OTHERS/decoy" "$OTHERS/script"
	as_each pinned env "PATH=$OTHERS/decoy:/nowhere:$OTHERS/bin:$PATH" "$PROBE/exec" execvp tool 192.0.2.1 7000
	as_each pinned env "PATH=$OTHERS/decoy:/nowhere:$OTHERS/bin:$PATH" "$PROBE/exec" posix_spawnp tool 192.0.2.1 7000
	as_each pinned sh -c "cd $OTHERS/bin && ./tool 192.0.2.1 7000; exit"
}

@test "a supervised program keeps its arguments, its environment and its exit status" {
	need musl-gcc
	cat >"$BATS_TEST_TMPDIR/show.c" <<-'END'
		#include <stdio.h>
		extern char **environ;
		int main(int argc, char **argv)
		{
			for (int i = 0; i < argc; i++)
				printf("<%s>", argv[i]);
			for (char **e = environ; *e; e++)
				printf("{%s}", *e);
			return 7;
		}
	END
	musl-gcc -static -o "$OTHERS/show" "$BATS_TEST_TMPDIR/show.c"
	chmod 755 "$OTHERS/show"
	run client "$BINDTO" -a 203.0.113.3 -- bash -c "exec -a 'other name' env -i A=1 'B=x y' '$OTHERS/show' '' 'b c'"
	assert_equal "$status" 7
	assert_output "<$OTHERS/show><><b c>{A=1}{B=x y}"
	run client "$BINDTO" -a 203.0.113.3 -- bash -c "exec -ca 'other name' '$OTHERS/show' \$(seq 1000)"
	assert_equal "$status" 7
	assert_output --regexp '^<other name><1><2>.*<1000>'
	wait_until no_bindto_left
}

@test "exec fails as it does without bindto" {
	local what
	mkdir -p "$OTHERS/directory"
	echo 'echo text' >"$OTHERS/text" && chmod 755 "$OTHERS/text"
	echo 'echo text' >"$OTHERS/data" && chmod 644 "$OTHERS/data"
	for what in /nowhere "$OTHERS/directory" "$OTHERS/text" "$OTHERS/data" "$OTHERS/text/below" ''; do
		run -1 client "$PROBE/exec" execve "$what"
		local alone=$output
		assert_output --regexp '^exec: '
		run -1 client "$BINDTO" -a 203.0.113.3 -- "$PROBE/exec" execve "$what"
		assert_output "$alone"
	done
	run client "$BINDTO" -a 203.0.113.3 -- "$PROBE/exec" execvp "$OTHERS/text"
	assert_output text
}

@test "if bindto's file is gone, an exec fails under --engine preload, and works under the default engine" {
	[ -x "$OTHERS/who-static" ] || lacks "who-static could not be built"
	mkdir -p "$OTHERS/own"
	cp "$BINDTO" "$OTHERS/own/bindto"
	chmod 755 "$OTHERS/own/bindto"
	chmod 777 "$OTHERS/own"
	local without="rm -f '$OTHERS/own/bindto'; '$PROBE/exec' execve '$OTHERS/who-static' 192.0.2.1 7000; exit"
	witness_mark
	run client "$OTHERS/own/bindto" --engine preload -a 203.0.113.3 -- sh -c "$without"
	assert_failure 1
	assert_output 'exec: Permission denied'
	assert_equal "$(witness_since_mark)" ""
	cp "$BINDTO" "$OTHERS/own/bindto"
	chmod 755 "$OTHERS/own/bindto"
	WHO=user assert_comes_from 203.0.113.3 eth0 "$OTHERS/own/bindto" -a 203.0.113.3 -- sh -c "$without"
}

@test "a program in a file without a name is pinned; --engine preload does not start it if it is static" {
	[ -x "$OTHERS/who-static" ] || lacks "who-static could not be built"
	script <<-'END'
		import os, sys
		fd = os.memfd_create("program")
		os.write(fd, open(sys.argv[1], "rb").read())
		os.execve(fd, ["who", "192.0.2.1", "7000"], os.environ)
	END
	cp "$PROBE/who" "$OTHERS/who" && chmod a+rx "$OTHERS/who"
	pinned python3 "$SCRIPT" "$OTHERS/who"
	pinned python3 "$SCRIPT" "$OTHERS/who-static"
	run client "$BINDTO" --engine preload -a 203.0.113.3 -- python3 "$SCRIPT" "$OTHERS/who-static"
	assert_failure
	assert_output --partial 'PermissionError'
}

@test "--engine preload refuses to start a program that it cannot reach, and names it" {
	[ -x "$OTHERS/who-static" ] || lacks "who-static could not be built"
	run client "$BINDTO" --engine preload -a 203.0.113.3 -- sh -c "$OTHERS/who-static 192.0.2.1 7000; exit"
	assert_failure 125
	assert_output "bindto: cannot pin '$OTHERS/who-static': it is statically linked, and a preload library cannot reach it
hint: leave out '--engine preload': the supervisor pins it"
}

@test "-v names the engine in its first line" {
	local engine
	for engine in both preload supervise; do
		run client "$BINDTO" -v --engine $engine -a 203.0.113.3 -- "$PROBE/who" 192.0.2.1 7000
		assert_success
		assert_line --index 0 "bindto: pinning '$PROBE/who' with engine '$engine'"
	done
}

@test "if the library's file was removed, the next program that is started is pinned all the same" {
	local directory=$BINDTO_TESTS_DIR/tmp/removed
	mkdir -p "$directory" && chmod 1777 "$directory"
	WHO=user pinned env "XDG_RUNTIME_DIR=" "TMPDIR=$directory" sh -c "rm -rf $directory/*; $PROBE/who 192.0.2.1 7000; exit"
}

@test "what system(3) and popen(3) start is pinned; under --engine preload with an empty environment they fail" {
	script <<-'END'
		import ctypes, os, sys
		libc = ctypes.CDLL(None, use_errno=True)
		command = b"read a b c </dev/tcp/192.0.2.1/7000; echo $b"
		if len(sys.argv) > 1:
		    os.environ.clear()
		print(libc.system(b"exec bash -c '%s'" % command), flush=True)
		libc.popen.restype = ctypes.c_void_p
		stream = libc.popen(b"exec bash -c '%s'" % command, b"w")
		print(libc.pclose(ctypes.c_void_p(stream)) if stream else os.strerror(ctypes.get_errno()))
	END
	run client python3 "$SCRIPT" clear
	assert_output "$(printf '203.0.113.2\n0\n203.0.113.2\n0')"
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_output "$(printf '203.0.113.3\n0\n203.0.113.3\n0')"
	witness_mark
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT" clear
	assert_output "$(printf '203.0.113.3\n0\n203.0.113.3\n0')"
	witness_mark
	run client "$BINDTO" --engine preload -a 203.0.113.3 -- python3 "$SCRIPT" clear
	assert_output "$(printf '%s\nPermission denied' -1)"
	assert_equal "$(witness_since_mark)" ""
}

@test "bindto inside of bindto pins by its own options, whatever starts it" {
	WHO=user assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -a 203.0.113.3 -- \
		env -i "$BINDTO" -i wlan0 -- "$PROBE/who" 192.0.2.1 7000
	WHO=user assert_comes_from 198.51.100.2 wlan0 "$BINDTO" --engine preload -a 203.0.113.3 -- \
		sh -c "$BINDTO --strict -i wlan0 -- $PROBE/who 192.0.2.1 7000; exit"
	WHO=user assert_comes_from 198.51.100.2 wlan0 "$BINDTO" --engine preload -a 203.0.113.3 -- \
		sh -c "$BINDTO -i wlan0 -- $PROBE/who 192.0.2.1 7000; exit"
}

@test "bindto inside of bindto that holds another interface says so" {
	local engine
	for engine in both supervise; do
		run client "$BINDTO" --engine $engine -i eth0 -- "$BINDTO" -i wlan0 -- true
		assert_failure 125
		assert_output "bindto: cannot pin to interface 'wlan0': another bindto runs this one, and holds another interface"
	done
}

@test "--take-over refuses a pin that is none of this version" {
	run "$BINDTO" --take-over '2 v4=any v6=any' /bin/true true
	assert_failure 125
	assert_output "bindto: cannot take over '/bin/true': '2 v4=any v6=any' is no pin of this version"
}
