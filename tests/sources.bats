#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The sources give no warning by gcc, clang, clang-tidy, clang-format and shellcheck.
# bats file_tags=long

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash

# sources PATTERN...: files of the tree by name, one a line.
sources() {
	local name=()
	for pattern; do
		name+=(-o -name "$pattern")
	done
	find "$BINDTO_SOURCE" \( -path "$BINDTO_SOURCE/build*" -o -name .git \) -prune -o \
		-type f \( "${name[@]:1}" \) -print
}

@test "shellcheck is quiet" {
	need shellcheck
	local files
	mapfile -t files < <(
		sources '*.bash' '*.bats'
		sources '*' | xargs -d '\n' grep -lE -m1 '^#!/bin/(ba)?sh' | grep -vE '\.(md|bats|1)$'
	)
	[ "${#files[@]}" -ge 8 ]
	run shellcheck -x -P "$BINDTO_SOURCE" "${files[@]}"
	assert_output ''
}

@test "clang-format is quiet" {
	need clang-format
	sources '*.c' '*.h' | xargs -d '\n' clang-format --dry-run -Werror
}

# build COMPILER [OPTION]...: builds with warnings as errors, into a directory of this file's tests; once.
build() {
	local into=$BATS_FILE_TMPDIR/$1
	[ ! -e "$into/bindto" ] || return 0
	CC=$1 cmake -S "$BINDTO_SOURCE" -B "$into" -DBINDTO_WERROR=ON -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
	cmake --build "$into" -j "$(nproc)" "${@:2}"
}

# built_by_gcc: whether gcc has made what the tests run, with warnings as errors, as it does in CI.
built_by_gcc() {
	grep -q '^BINDTO_WERROR:BOOL=ON$' "$BINDTO_BUILD/CMakeCache.txt" &&
		grep -q '^set(CMAKE_C_COMPILER_ID "GNU")$' "$BINDTO_BUILD"/CMakeFiles/*/CMakeCCompiler.cmake
}

@test "gcc has no warnings" {
	need gcc cmake
	built_by_gcc || build gcc
}

# commands DIRECTORY: how DIRECTORY's build compiles each C file, as JSON; once for each file.
commands() {
	python3 -c 'import json, sys
files = {}
for entry in json.load(open(sys.argv[1])):
    if entry["file"].endswith(".c"):
        files.setdefault(entry["file"], entry)
json.dump(list(files.values()), sys.stdout)' "$1/compile_commands.json"
}

# check_tests: has clang read the tests' programs, which takes a tenth of the time that it takes to build them.
check_tests() {
	commands "$BATS_FILE_TMPDIR/clang" | python3 -c 'import json, sys
for entry in json.load(sys.stdin):
    if "/tests/" in entry["file"]:
        print("cd", entry["directory"], "&&", entry["command"], "-fsyntax-only", end="\0")' |
		xargs -0 -P "$(nproc)" -n 1 bash -c
}

@test "clang has no warnings" {
	need clang cmake python3
	build clang --target bindto
	check_tests
}

# tidy: a few files each, so that all processors have work.
tidy() {
	sources '*.c' | grep -E '/(cli|preload)/' |
		xargs -d '\n' -P "$(nproc)" -n 4 clang-tidy --quiet -p "$BATS_TEST_TMPDIR"
}

@test "clang-tidy is quiet" {
	need clang clang-tidy cmake python3
	build clang --target bindto
	commands "$BATS_FILE_TMPDIR/clang" >"$BATS_TEST_TMPDIR/compile_commands.json"
	run --separate-stderr tidy # on standard error it counts what it suppressed
	[ "$status" = 0 ] || fail "$output"
}
