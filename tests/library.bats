#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The preload library: what it exports, what it needs, and that it works without bindto, by the variables of the
# programs that bindto grew out of. library_file.bats has its file, datapath.bats its cost.

load lib/network.bash
load lib/assertions.bash
on_network

# hooks FILE...: prints the hooks that these files define. A 32-bit library has those of hooks_time64.c, too.
hooks() {
	cd "$BINDTO_SOURCE/preload" || return
	sed -nE 's/^EXPORT [a-zA-Z_ ]*[ *]([a-z_0-9]+)\(.*/\1/p' "$@" | sort
}

@test "the library exports its hooks, and nothing else" {
	need nm
	run nm -D --defined-only --format=posix "$BINDTO_LIBRARY"
	assert_equal "$(printf '%s\n' "${lines[@]%% *}" | sort)" "$(hooks hooks.c hooks_exec.c hooks_names.c hooks_send.c hooks_view.c)"
	assert_line --regexp '^connect T '
	[ -e "$BINDTO_TESTS_DIR/preload/lib32/libbindto.so" ] || return 0
	run nm -D --defined-only --format=posix "$BINDTO_TESTS_DIR/preload/lib32/libbindto.so"
	assert_equal "$(printf '%s\n' "${lines[@]%% *}" | sort)" "$(hooks hooks.c hooks_exec.c hooks_names.c hooks_send.c hooks_view.c hooks_time64.c)"
}

@test "the library needs nothing of glibc that came after 2.17" {
	need nm
	local library
	for library in "$BINDTO_TESTS_DIR"/preload/{,lib32/}libbindto.so; do
		[ -e "$library" ] || continue
		run nm -D --undefined-only "$library"
		assert_line --partial '@GLIBC_2'
		run sh -c "nm -D --undefined-only '$library' | sed -n 's/.*@GLIBC_//p' | sort -V | tail -n 1"
		assert_equal "$(printf '2.17\n%s\n' "$output" | sort -V | tail -n 1)" 2.17
	done
}

@test "the library needs no other library than libc" {
	need readelf
	local library
	for library in "$BINDTO_TESTS_DIR"/preload/{,lib32/}libbindto.so; do
		[ -e "$library" ] || continue
		run sh -c "readelf -dW '$library' | sed -n 's/.*(NEEDED).*\\[\\(.*\\)\\]/\\1/p'"
		assert_output libc.so.6
	done
}

@test "the installed library alone does what its forerunners did" {
	as_each forerunners
}

forerunners() {
	local who=$PROBE/who load=LD_PRELOAD=$BINDTO_LIBRARY
	assert_comes_from 203.0.113.3 eth0 env BIND_ADDR=203.0.113.3 "$load" "$who" 192.0.2.1 7000
	assert_comes_from 203.0.113.3 eth0 env BIND_SRC=203.0.113.3 "$load" "$who" 192.0.2.1 7000
	assert_comes_from 2001:db8:1::3 eth0 env BIND_ADDR6=2001:db8:1::3 "$load" "$who" 2001:db8:9::1 7000
	assert_comes_from 203.0.113.3 eth0 env BIND_ADDR=203.0.113.3 BIND_ADDR6=2001:db8:1::3 "$load" \
		"$who" 192.0.2.1 7000
}

@test "the library alone pins what a program starts, or does not start it" {
	local load=(env BIND_ADDR=203.0.113.3 "LD_PRELOAD=$BINDTO_LIBRARY")
	assert_comes_from 203.0.113.3 eth0 "${load[@]}" sh -c "$PROBE/who 192.0.2.1 7000; exit"
	witness_mark
	run client "${load[@]}" "$PROBE/exec" execve "$PROBE/who-static" 192.0.2.1 7000
	assert_output 'exec: Permission denied'
	run client "${load[@]}" "$PROBE/exec" execve clear "$PROBE/who" 192.0.2.1 7000
	assert_output 'exec: Permission denied'
	assert_equal "$(witness_since_mark)" ""
}

@test "the library without a pin changes nothing" {
	assert_comes_from 203.0.113.2 eth0 env LD_PRELOAD="$BINDTO_LIBRARY" "$PROBE/who" 192.0.2.1 7000
	assert_comes_from 2001:db8:1::2 eth0 env LD_PRELOAD="$BINDTO_LIBRARY" "$PROBE/who" 2001:db8:9::1 7000
}
