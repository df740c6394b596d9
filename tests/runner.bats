#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tests/run and packaging/kernels themselves: the last line and the exit status agree, and no file is left behind. Of
# tests/run also: with one job and with several, what fails is named, and the time limit of each command holds.

load lib/assertions.bash

# The test files cannot lie in bats's own directory: it is below /run, and lib/sandbox mounts a new /run.
setup() {
	FILES=$(mktemp -d /tmp/bindto-runner.XXXXXX)
	export TMPDIR=$FILES/tmp
	mkdir "$TMPDIR"
	write_file good 'true'
	write_file better 'true'
	write_file bad 'false'
	write_file broken 'true; }; this is no bash ('
}

teardown() {
	rm -rf "$FILES"
}

write_file() {
	printf '@test "%s" { %s; }\n' "$1" "$2" >"$FILES/$1.bats"
}

# run_tests JOBS FILE...: runs tests/run, without the variables that the bats around it has set.
run_tests() {
	local jobs=$1
	shift
	run env -i PATH="$PATH" TMPDIR="$TMPDIR" "$BINDTO_SOURCE/tests/run" --no-install --no-build \
		--build "$BINDTO_BUILD" --jobs "$jobs" "${@/#/$FILES/}"
}

@test "the last line of tests/run and its exit status agree, with one job and with several" {
	local jobs
	for jobs in 1 2 3; do
		run_tests $jobs good.bats better.bats
		assert_equal "$status ${lines[-1]}" "0 2 passed, 0 failed, 0 skipped"
		run_tests $jobs good.bats bad.bats better.bats
		assert_equal "$status ${lines[-1]}" "1 2 passed, 1 failed, 0 skipped"
		run_tests $jobs good.bats broken.bats
		assert_equal "$status ${lines[-1]}" "1 1 passed, 1 failed, 0 skipped"
	done
}

@test "tests/run leaves nothing in TMPDIR" {
	run_tests 2 good.bats bad.bats
	run find "$TMPDIR" -mindepth 1
	refute_output
}

# lib/assertions.bash replaces what bats does to find the place.
# stand_in NAME <SCRIPT: a program that the next commands run in place of the real one.
stand_in() {
	mkdir -p "$FILES/bin"
	cat >"$FILES/bin/$1"
	chmod 755 "$FILES/bin/$1"
}

# kernels RELEASE: runs packaging/kernels with one kernel that is there already.
kernels() {
	run env -i PATH="$FILES/bin:$PATH" TMPDIR="$TMPDIR" SAYS="$says" "$BINDTO_SOURCE/packaging/kernels" \
		-k "$FILES/keep" -b "$BINDTO_BUILD" -t options "$1"
	assert_equal "$(find "$TMPDIR" -mindepth 1 | head)" ""
}

@test "packaging/kernels ends as the tests of its kernels do, and leaves nothing in TMPDIR" {
	local says tool
	for tool in debootstrap depmod mke2fs; do
		stand_in $tool <<<'#!/bin/sh'
	done
	stand_in qemu-system-x86_64 <<-'END'
		#!/bin/sh
		for word; do
			case $word in file,id=says,path=*) echo "$SAYS" >"${word##*path=}" ;; esac
		done
	END
	mkdir -p "$FILES"/keep/bookworm/{boot,lib/modules/6.1} "$FILES"/keep/system/{etc,usr}
	touch "$FILES"/keep/{bookworm,system}/complete "$FILES/keep/bookworm/boot/vmlinuz-6.1"
	says='2 passed, 0 failed, 0 skipped' kernels bookworm
	assert_success
	assert_output "6.1 (bookworm): 2 passed, 0 failed, 0 skipped (ok)"
	says='1 passed, 1 failed, 0 skipped' kernels bookworm
	assert_failure 1
	assert_output "6.1 (bookworm): 1 passed, 1 failed, 0 skipped (not ok)"
	kernels squeeze
	assert_failure 1
	assert_output "packaging/kernels: there is no kernel 'squeeze': name bullseye, bookworm, trixie or sid"
}

@test "of a test that fails, the failing line is shown, and the function that it is in" {
	local test=@test # bats would take the word itself for a test of this file
	cat >"$FILES/deep.bats" <<-END
		load $BINDTO_SOURCE/tests/lib/assertions.bash
		deep() {
		    true
		    [ 1 = 2 ]
		    true
		}
		$test "deep" {
		    true
		    deep
		}
		$test "assertion" {
		    run echo one
		    assert_output two
		}
	END
	run_tests 1 deep.bats
	assert_line --partial "from function \`deep' in file $FILES/deep.bats, line 4"
	assert_line --partial "in test file $FILES/deep.bats, line 9)"
	assert_line --partial "in test file $FILES/deep.bats, line 13)"
	assert_line '# actual   : one'
	assert_equal "$status ${lines[-1]}" "1 0 passed, 2 failed, 0 skipped"
}

# ends STATUS COMMAND...: bash sees the same STATUS of COMMAND alone and of COMMAND inside of a namespace.
ends() {
	local expected=$1
	shift
	run "-$expected" "$@"
	run "-$expected" "$PROBE/inside" here 60 0 "$@"
}

@test "a command inside of a namespace ends as it ends alone, has no rights as a user, and has a time limit" {
	local here=/run/netns/here
	: >"$here"
	mount --bind /proc/self/ns/net "$here"
	ends 3 sh -c 'exit 3'
	ends 139 sh -c 'kill -SEGV $$'
	ends 126 /etc/passwd
	ends 127 /nowhere
	# A shell that starts the tests in the background has them ignore SIGINT.
	run sh -c 'trap "" INT; exec "$@"' - "$PROBE/inside" here 60 0 sh -c 'kill -INT $$'
	assert_failure 130
	run "$PROBE/inside" here 60 0 WORD=x sh -c 'echo "$WORD"'
	assert_output x
	run "$PROBE/inside" here 1 0 sleep 60
	assert_failure 124
	run "$PROBE/inside" here 1 0 sh -c 'trap "" TERM; while :; do sleep 60; done'
	assert_failure 137
	if [ -z "${BINDTO_TESTS_NESTED:-}" ]; then
		run "$PROBE/inside" here 60 65534 grep -E '^(Uid|Gid|Groups|Cap...):' /proc/self/status
		assert_line --regexp $'^Uid:(\t65534){4}$'
		assert_line --regexp $'^Gid:(\t65534){4}$'
		assert_line --regexp $'^Groups:[\t ]*$'
		refute_line --regexp '^Cap.*[1-9a-f]$'
	fi
	umount "$here"
}
