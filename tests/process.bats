#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Processes: a pinned program starts others in every way, makes threads, daemons and pipelines; and bindto changes
# neither its process id nor its streams nor its exit status.

load lib/network.bash
load lib/assertions.bash
on_network

@test "a program that fork, vfork or posix_spawn starts is pinned" {
	for call in fork vfork posix_spawn; do
		assert_pinned 4 "$PROBE/spawn" "$call" "$PROBE/who" 192.0.2.1 7000
		assert_pinned 6 "$PROBE/spawn" "$call" "$PROBE/who" 2001:db8:9::1 7000
	done
}

@test "a child that goes on after fork without exec is pinned" {
	assert_script_pinned 4 <<-'END'
		child = os.fork()
		os.write(1, (peer_of(socket.create_connection((REMOTE4, WHO), 10)) + "\n").encode())
		if child == 0:
		    os._exit(0)
		os.waitpid(child, 0)
	END
}

@test "a program started by python3's subprocess and by env is pinned" {
	assert_pinned 4 python3 -c 'import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)' \
		env X=1 "$PROBE/who" 192.0.2.1 7000
}

@test "a daemon is pinned" {
	assert_script_pinned 4 <<-'END'
		reader, writer = os.pipe()
		if os.fork() == 0:
		    os.setsid()
		    if os.fork() == 0:
		        os.close(reader)
		        os.write(writer, peer_of(socket.create_connection((REMOTE4, WHO), 10)).encode())
		    os._exit(0)
		os.wait()
		os.close(writer)
		print(os.read(reader, 100).decode())
	END
}

@test "every part of a shell's pipeline is pinned" {
	need curl
	assert_pinned 4 bash -c 'curl -sS http://192.0.2.1/ | { cat; curl -sS http://192.0.2.1/; } | (cat; cat </dev/tcp/192.0.2.1/7000)'
	assert_pinned 4 sh -c "x=\$($PROBE/who 192.0.2.1 7000); echo \"\$x\" & wait"
}

@test "a script is pinned" {
	printf '#!/bin/sh\nexec "$PROBE/who" 192.0.2.1 7000\n' >"$BINDTO_TESTS_DIR/tmp/script"
	chmod 755 "$BINDTO_TESTS_DIR/tmp/script"
	assert_pinned 4 "$BINDTO_TESTS_DIR/tmp/script"
}

@test "a script without a first line that names its shell is run by /bin/sh, as env runs it" {
	printf '%s\n' "$PROBE/who \"\$1\" 7000" >"$BINDTO_TESTS_DIR/tmp/script"
	chmod 755 "$BINDTO_TESTS_DIR/tmp/script"
	local engine
	for engine in both supervise preload; do
		run client "$BINDTO" --engine $engine -a 203.0.113.3 -- "$BINDTO_TESTS_DIR/tmp/script" 192.0.2.1
		assert_output --regexp '^peer 203\.0\.113\.3 '
	done
}

@test "a 32-bit program is pinned" {
	need_32_bit
	[ -e "$BINDTO_TESTS_DIR/preload/lib32/libbindto.so" ] || lacks "no 32-bit library was built"
	assert_pinned 4 "$PROBE/who-m32" 192.0.2.1 7000
	assert_pinned 6 "$PROBE/who-m32" 2001:db8:9::1 7000
}

@test "a 32-bit program that a 64-bit one starts is pinned, and the other way round" {
	need_32_bit
	[ -e "$BINDTO_TESTS_DIR/preload/lib32/libbindto.so" ] || lacks "no 32-bit library was built"
	assert_pinned 4 sh -c "$PROBE/who-m32 192.0.2.1 7000; $PROBE/who 192.0.2.1 7000"
}

@test "many threads make and use sockets at once" {
	script <<-'END'
		import threading
		wrong = []
		def work():
		    for _ in range(50):
		        for family, remote, pin in (V4, REMOTE4, PIN4), (V6, REMOTE6, PIN6):
		            s = socket.socket(family, UDP)
		            s.connect((remote, DISCARD))
		            if s.getsockname()[0] != pin:
		                wrong.append(s.getsockname())
		            s.close()
		PIN4, PIN6 = os.environ["PINS"].split()
		threads = [threading.Thread(target=work) for _ in range(16)]
		for thread in threads:
		    thread.start()
		for thread in threads:
		    thread.join()
		print(len(wrong))
	END
	run client env PINS="203.0.113.3 2001:db8:1::3" python3 "$SCRIPT"
	assert_output 1600
	run client env PINS="203.0.113.3 2001:db8:1::3" "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- python3 "$SCRIPT"
	assert_output 0
	run client env PINS="198.51.100.2 2001:db8:2::2" "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output 0
}

@test "a thread that is cancelled in a call cleans up behind itself" {
	local address
	for address in 192.0.2.1 127.0.0.1; do
		expected=$(client "$PROBE/cancel" "$address" 9)
		assert_equal "$(cut -d: -f2 <<<"$expected" | sort -u)" " cancelled, cleaned up"
		assert_equal "$(client "$BINDTO" -a 203.0.113.3 -- "$PROBE/cancel" "$address" 9)" "$expected"
		assert_equal "$(client "$BINDTO" -i wlan0 -- "$PROBE/cancel" "$address" 9)" "$expected"
	done
}

@test "under --engine preload the program takes bindto's place: no process is left between it and its parent" {
	for prefix in "" "$BINDTO --engine preload -a 203.0.113.3" "$BINDTO --engine preload -i wlan0"; do
		# shellcheck disable=SC2016,SC2086 # the inner shell's variables; words
		run client sh -c 'echo $$; exec "$@"' - $prefix sh -c 'echo $$'
		assert_success
		[ "${lines[0]}" = "${lines[1]}" ]
	done
}

@test "bindto writes nothing to the program's streams, and reads nothing from them" {
	run client sh -c 'echo in | "$@" 2>/dev/null' - "$BINDTO" -i wlan0 -- cat
	assert_output in
	run client sh -c '"$@" 2>&1 >/dev/null' - "$BINDTO" -i wlan0 -- sh -c 'echo out; echo err >&2'
	assert_output err
	run client "$BINDTO" -a 203.0.113.3 -- true
	assert_output ""
}

@test "the exit status is the program's, also if a signal kills it" {
	for pin in "-a 203.0.113.3" "-i wlan0" "-p 40000-40010"; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- sh -c 'exit 7'
		assert_equal "$status" 7
		# shellcheck disable=SC2016,SC2086 # the inner shell's variable; options
		run client sh -c '"$@"; echo $?' - "$BINDTO" $pin -- sh -c 'kill -TERM $$'
		assert_line 143
	done
}

@test "no descriptor is left open for the program" {
	plain=$(client sh -c 'ls -l /proc/self/fd | wc -l')
	for pin in "-a 203.0.113.3" "-i wlan0"; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- sh -c 'ls -l /proc/self/fd | wc -l'
		assert_output "$plain"
	done
}

@test "bindto in bindto pins by the inner one's options" {
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -a 203.0.113.3 -- "$BINDTO" -i wlan0 -- \
		"$PROBE/who" 192.0.2.1 7000
}
