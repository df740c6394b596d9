#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where bindto puts its library, which directories and files it does not trust, and what the library does without
# bindto, by the variables of the programs that bindto grew out of.

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	# The unprivileged user may not be able to read the build tree.
	LIBRARY=$BINDTO_TESTS_DIR/tmp/library/libbindto.so
	install -D -m 644 "$BINDTO_BUILD/preload/libbindto.so" "$LIBRARY"
	chmod 755 "${LIBRARY%/*}"
	GET4=(curl -sS --max-time 10 http://192.0.2.1/)
	GET6=(curl -sS --max-time 10 'http://[2001:db8:9::1]/')
	need curl
}

# fresh_directories: makes a user's directories anew, $DIRECTORIES/{runtime,tmp,home}.
fresh_directories() {
	DIRECTORIES=$(mktemp -d "$BINDTO_TESTS_DIR/tmp/directories.XXXXXX")
	mkdir "$DIRECTORIES"/{runtime,tmp,home}
	[ -n "${BINDTO_TESTS_NESTED:-}" ] || chown -R 65534:65534 "$DIRECTORIES"
	chmod 755 "$DIRECTORIES"
	chmod 700 "$DIRECTORIES"/{runtime,tmp,home}
}

# launch COMMAND...: as the user, under bindto with these directories.
launch() {
	# shellcheck disable=SC2086 # words
	client env XDG_RUNTIME_DIR="$DIRECTORIES/runtime" TMPDIR="$DIRECTORIES/tmp" HOME="$DIRECTORIES/home" \
		"${LAUNCHED:-$BINDTO}" ${LAUNCH_OPTIONS:-} -a 203.0.113.3 -- "$@"
}

# assert_library_in DIRECTORY: a launch loads the library from DIRECTORY, and is pinned.
assert_library_in() {
	run launch sh -c 'echo "$LD_PRELOAD"'
	assert_success
	[[ $output == "$1"/* ]] || fail "the library is in $output, and not in $1"
	run launch "${GET4[@]}"
	assert_success
	assert_output 203.0.113.3
}

files_in() {
	find "$1" -type f | wc -l
}

# for_files_in DIRECTORY COMMAND...: runs COMMAND on every copy of the library in DIRECTORY.
for_files_in() {
	find "$1" -type f -name libbindto.so -print0 | xargs -0 -n 1 "${@:2}"
}

sums() {
	find . -type f -name libbindto.so -exec sha256sum {} + | cut -d' ' -f1 | sort
}

# assert_whole DIRECTORY: DIRECTORY holds the libraries that were built, one for each ABI.
assert_whole() {
	diff <(cd "$BINDTO_BUILD/preload" && sums) <(cd "$1" && sums)
}

@test "launches at the same time share one library file, and leave nothing else" {
	local pids=() i
	fresh_directories
	for ((i = 0; i < 30; i++)); do
		launch true &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	assert_whole "$DIRECTORIES"
	run find "$DIRECTORIES" -type f ! -name libbindto.so
	assert_output ''
}

@test "nobody but the user may read or write the library's directory and file" {
	fresh_directories
	launch true
	run find "$DIRECTORIES/runtime/bindto" ! -type l -perm /077
	assert_output ''
}

@test "bindto replaces a library file that was tampered with" {
	fresh_directories
	launch true
	for_files_in "$DIRECTORIES" chmod 700
	for_files_in "$DIRECTORIES" sh -c 'printf X | dd of="$1" bs=1 seek=4096 conv=notrunc status=none' sh
	assert_library_in "$DIRECTORIES/runtime/bindto"
	assert_whole "$DIRECTORIES"
	for_files_in "$DIRECTORIES" sh -c ': >"$1"' sh
	assert_library_in "$DIRECTORIES/runtime/bindto"
	assert_whole "$DIRECTORIES"
	for_files_in "$DIRECTORIES" ln -sfT /bin/true
	assert_library_in "$DIRECTORIES/runtime/bindto"
	assert_whole "$DIRECTORIES"
}

@test "bindto passes over a directory that others can write to" {
	fresh_directories
	mkdir "$DIRECTORIES/runtime/bindto"
	[ -n "${BINDTO_TESTS_NESTED:-}" ] || chown 65534:65534 "$DIRECTORIES/runtime/bindto"
	chmod 777 "$DIRECTORIES/runtime/bindto"
	assert_library_in "$DIRECTORIES/tmp"
	[ "$(files_in "$DIRECTORIES/runtime")" = 0 ]
}

@test "bindto passes over a directory of another user" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is one user only"
	fresh_directories
	mkdir -m 755 "$DIRECTORIES/runtime/bindto"
	assert_library_in "$DIRECTORIES/tmp"
}

@test "bindto passes over a directory that others could replace" {
	fresh_directories
	chmod 777 "$DIRECTORIES/runtime"
	assert_library_in "$DIRECTORIES/tmp"
	chmod 1777 "$DIRECTORIES/runtime"
	assert_library_in "$DIRECTORIES/runtime/bindto"
}

# below MODE OWNER: makes a runtime directory of the user's, two levels below a directory of OWNER with MODE.
below() {
	rm -rf "$DIRECTORIES/above"
	install -d -m 755 "$DIRECTORIES/above"
	install -d -m 700 -o 65534 -g 65534 "$DIRECTORIES/above/"{middle,middle/runtime}
	chmod 755 "$DIRECTORIES/above/middle"
	chmod "$1" "$DIRECTORIES/above"
	chown "$2" "$DIRECTORIES/above"
}

@test "bindto passes over a directory below one that another user owns or can write to" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is one user only"
	fresh_directories
	local above
	for above in "755 root yes" "1777 root yes" "755 65534 yes" "1777 65534 yes" \
		"755 65533 no" "1777 65533 no" "777 root no" "775 root no" "777 65534 no"; do
		# shellcheck disable=SC2086 # words
		below $above
		run client env XDG_RUNTIME_DIR="$DIRECTORIES/above/middle/runtime" TMPDIR="$DIRECTORIES/tmp" \
			"$BINDTO" -a 203.0.113.3 -- sh -c 'echo "$LD_PRELOAD"'
		case $above in
		*yes) assert_output --regexp "^$DIRECTORIES/above/middle/runtime/bindto/" || fail "$above" ;;
		*no) assert_output --regexp "^$DIRECTORIES/tmp/" || fail "$above" ;;
		esac
	done
	below 1777 65533
	run client env XDG_RUNTIME_DIR= TMPDIR="$DIRECTORIES/above/middle/runtime" "$BINDTO" -a 203.0.113.3 -- sh -c 'echo "$LD_PRELOAD"'
	assert_output --regexp '^/tmp/bindto-65534/'
}

@test "the library's path for the loader goes through no symbolic link that others could change" {
	fresh_directories
	ln -s runtime "$DIRECTORIES/link"
	run client env XDG_RUNTIME_DIR="$DIRECTORIES/link" "$BINDTO" -a 203.0.113.3 -- sh -c 'echo "$LD_PRELOAD"'
	assert_output --regexp "^$DIRECTORIES/runtime/bindto/"
}

@test "the next launch finds the directories, whatever the umask was" {
	local mask
	for mask in 0 022 077 0277 0477 0777; do
		fresh_directories
		umask $mask
		run launch "${GET4[@]}"
		umask 022
		assert_output 203.0.113.3
		assert_library_in "$DIRECTORIES/runtime/bindto"
		assert_equal "$(stat -c %a "$DIRECTORIES/runtime/bindto")" 700
		chmod 0 "$DIRECTORIES/runtime/bindto" # an older bindto may have left it so
		assert_library_in "$DIRECTORIES/runtime/bindto"
	done
}

@test "bindto finds its directories in a user namespace that has no number for root" {
	need unshare
	fresh_directories
	witness_mark
	run launch unshare --user true
	[ "$status" = 0 ] || skip "this kernel lets users make no user namespace"
	run client unshare --user --map-user=1000 env XDG_RUNTIME_DIR= TMPDIR= HOME=/nowhere \
		"$BINDTO" --engine preload -a 203.0.113.3 -- sh -c 'echo "$LD_PRELOAD"'
	assert_output --regexp '^(/var)?/tmp/bindto-1000/'
}

@test "bindto passes over a symbolic link in its directory's place" {
	fresh_directories
	ln -s ../home "$DIRECTORIES/runtime/bindto"
	assert_library_in "$DIRECTORIES/tmp"
	[ "$(files_in "$DIRECTORIES/home")" = 0 ]
}

@test "bindto passes over a directory whose path LD_PRELOAD cannot hold" {
	fresh_directories
	mv "$DIRECTORIES/runtime" "$DIRECTORIES/run time"
	run client env XDG_RUNTIME_DIR="$DIRECTORIES/run time" TMPDIR="$DIRECTORIES/tmp" HOME="$DIRECTORIES/home" \
		"$BINDTO" -a 203.0.113.3 sh -c 'echo "$LD_PRELOAD"'
	assert_success
	[[ $output == "$DIRECTORIES/tmp/"* ]]
}

# without_directories COMMAND...: runs COMMAND while every directory for the library is mounted noexec, and
# $NOEXEC_HOME, too, if it is set.
without_directories() {
	local directories=("$DIRECTORIES"/{runtime,tmp} /tmp /var/tmp ${NOEXEC_HOME:+"$NOEXEC_HOME"}) directory
	for directory in "${directories[@]}"; do
		mount -t tmpfs -o noexec,mode=1777 tmpfs "$directory"
	done
	run "$@"
	umount "${directories[@]}"
}

@test "bindto passes over noexec mounts, down to the cache directory" {
	fresh_directories
	without_directories launch sh -c 'echo "$LD_PRELOAD"'
	assert_output --regexp "^$DIRECTORIES/home/.cache/bindto/"
}

@test "if no directory will do, --engine preload starts nothing and names each directory" {
	fresh_directories
	NOEXEC_HOME=$DIRECTORIES/home LAUNCH_OPTIONS="--engine preload" \
		without_directories launch touch "$DIRECTORIES/started"
	assert_failure 125
	assert_line --partial "bindto: cannot install 'libbindto.so'"
	assert_line --partial "$DIRECTORIES/home/.cache/bindto: it is mounted noexec"
	assert_line --partial "$DIRECTORIES/runtime/bindto: it is mounted noexec"
	assert_line --partial '/var/tmp/bindto-'
	[ ! -e "$DIRECTORIES/started" ]
}

@test "if no directory will do, the default engine pins by its supervisor, and -v and --explain say why" {
	fresh_directories
	witness_mark
	NOEXEC_HOME=$DIRECTORIES/home LAUNCH_OPTIONS=-v without_directories launch "${GET4[@]}"
	assert_line 203.0.113.3
	assert_line --regexp "^bindto: pinning '.*/curl' with engine 'supervise': cannot install 'libbindto.so': .*noexec"
	assert_only 203.0.113.3 eth0
	NOEXEC_HOME=$DIRECTORIES/home LAUNCH_OPTIONS=--explain without_directories launch curl
	assert_success
	assert_line --regexp "^warning: 'libbindto.so' cannot be installed .*: the supervisor pins alone, which is slower"
}

@test "a program into which the loader cannot load the library does not run unpinned" {
	need strace
	local engine path
	fresh_directories
	run launch sh -c 'echo "$LD_PRELOAD"'
	path=$(find "$DIRECTORIES/runtime" -name libbindto.so -not -path '*/i686/*')
	for engine in preload both; do
		witness_mark
		run client env XDG_RUNTIME_DIR="$DIRECTORIES/runtime" strace -fqq -o /dev/null -P "$path" \
			-e inject=openat,open:error=EIO "$BINDTO" --engine $engine -a 203.0.113.3 -- "$PROBE/who" 192.0.2.1 7000
		if [ $engine = both ]; then
			assert_line --regexp '^peer 203\.0\.113\.3 '
			assert_only 203.0.113.3 eth0
		else
			assert_failure 125
			assert_line --regexp "^bindto: cannot install 'libbindto.so': $DIRECTORIES/.*: Input/output error"
			refute_packets
		fi
	done
}

@test "bindto in bindto puts its library once into LD_PRELOAD, before other libraries" {
	fresh_directories
	run client env XDG_RUNTIME_DIR="$DIRECTORIES/runtime" LD_PRELOAD='libm.so.6 libdl.so.2' \
		"$BINDTO" -a 203.0.113.2 "$BINDTO" -a 203.0.113.3 sh -c 'echo "$LD_PRELOAD"'
	assert_success
	assert_output --regexp '^/[^: ]*/libbindto\.so:libm\.so\.6:libdl\.so\.2$'
}

@test "a program that gives up root stays pinned" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is one user only"
	run in_client "$BINDTO" -a 203.0.113.3 setpriv --reuid=65534 --regid=65534 --clear-groups "${GET4[@]}"
	assert_success
	assert_output 203.0.113.3
}

@test "bindto uses the installed library if it equals its own, and never writes to it" {
	local prefix before
	need cmake
	fresh_directories
	prefix=$DIRECTORIES/prefix
	cmake --install "$BINDTO_BUILD" --prefix "$prefix" >/dev/null
	chmod -R go+rX "$prefix"
	LAUNCHED=$prefix/bin/bindto
	assert_library_in "$prefix/lib/bindto"
	[ "$(files_in "$DIRECTORIES/runtime")" = 0 ]
	for_files_in "$prefix" sh -c 'echo >>"$1"' sh
	before=$(cd "$prefix" && sums)
	assert_library_in "$DIRECTORIES/runtime/bindto"
	[ "$(cd "$prefix" && sums)" = "$before" ]
}

@test "each function of the table in real.h has its hook" {
	need nm
	local table
	table=$(sed -nE 's/^\tX\(([a-z_0-9]+)\).*/\1/p' "$BINDTO_SOURCE/preload/real.h" | sort)
	[[ $table == *connect*execve*posix_spawnp* ]]
	run comm -23 <(echo "$table") <(nm -D --defined-only "$LIBRARY" | awk '{ print $3 }' | sort)
	assert_success
	assert_output ''
}

# alone VARIABLE=VALUE COMMAND...: runs COMMAND with the library and without bindto.
alone() {
	client env LD_PRELOAD="$LIBRARY" "$@"
}

assert_alone_refused() {
	run alone "$@" -v
	assert_failure 7 # curl could not connect
	assert_output --partial 'Network is unreachable'
}

@test "with the library alone, a family that is not named is refused, and BIND_ADDR wins over BIND_SRC" {
	witness_mark
	assert_alone_refused BIND_ADDR=203.0.113.3 "${GET6[@]}"
	assert_alone_refused BIND_SRC=203.0.113.3 "${GET6[@]}"
	assert_alone_refused BIND_ADDR6=2001:db8:1::3 "${GET4[@]}"
	refute_packets
	run alone BIND_ADDR=203.0.113.3 BIND_SRC=198.51.100.3 "${GET4[@]}"
	assert_output 203.0.113.3
}

@test "if the library does not understand a value, it refuses all peers but this host" {
	local variable
	start client python3 "$BINDTO_TESTS_DIR/lib/server.py" "$NETWORK_DIR/here.ready"
	wait_until test -e "$NETWORK_DIR/here.ready"
	witness_mark
	for variable in BIND_ADDR= BIND_ADDR=203.0.113 BIND_ADDR=2001:db8:1::3 BIND_ADDR6=203.0.113.3 BINDTO_PIN= \
		BINDTO_PIN=1 'BINDTO_PIN=1 v4=203.0.113.3' 'BINDTO_PIN=2 v4=203.0.113.3 v6=refused' \
		'BINDTO_PIN=1 v4=203.0.113.3 v6=refused new=1' 'BINDTO_PIN=1 v4=203.0.113.3 v4=203.0.113.3 v6=refused' \
		'BINDTO_PIN=1 v4=203.0.113.3 v6=refused '$'\n'; do
		assert_alone_refused "$variable" "${GET4[@]}"
		assert_alone_refused "$variable" "${GET6[@]}"
		run alone "$variable" curl -sS --max-time 10 http://127.0.0.1/
		assert_output 127.0.0.1
	done
	refute_packets
}
