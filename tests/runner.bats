#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tests/run itself: its last line and its exit status agree, with one job and with several, and it leaves no file
# behind.

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
