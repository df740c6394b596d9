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

# built_by_gcc: whether gcc has made what the tests run, with warnings as errors, as it does in CI.
built_by_gcc() {
	grep -q '^BINDTO_WERROR:BOOL=ON$' "$BINDTO_BUILD/CMakeCache.txt" &&
		grep -q '^set(CMAKE_C_COMPILER_ID "GNU")$' "$BINDTO_BUILD"/CMakeFiles/*/CMakeCCompiler.cmake
}

@test "gcc has no warnings" {
	need gcc cmake
	built_by_gcc && return
	CC=gcc cmake -S "$BINDTO_SOURCE" -B "$BATS_TEST_TMPDIR/gcc" -DBINDTO_WERROR=ON
	cmake --build "$BATS_TEST_TMPDIR/gcc" -j "$(nproc)"
}

# for_clang: makes $CLANG, a build by clang that has not begun, with the one header that a build generates.
for_clang() {
	CLANG=$BATS_FILE_TMPDIR/clang
	[ ! -e "$CLANG" ] || return 0
	CC=clang cmake -S "$BINDTO_SOURCE" -B "$CLANG" -DBINDTO_WERROR=ON -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
	cp "$BINDTO_BUILD/cli/payload_hash.h" "$CLANG/cli"
}

# commands tidied|read: how clang compiles each C file, as JSON: those of bindto for this machine, which clang-tidy
# checks and reports clang's warnings of; or the others, those of the tests and of the 32-bit library.
commands() {
	python3 -c 'import json, sys
files = {}
for entry in json.load(open(sys.argv[1])):
    file, is_32_bit = entry["file"], "-m32" in entry["command"]
    if file.endswith(".c") and ("/tests/" in file or is_32_bit) == (sys.argv[2] == "read"):
        files.setdefault((file, is_32_bit), entry)
json.dump(list(files.values()), sys.stdout)' "$CLANG/compile_commands.json" "$1"
}

# docs.bats builds bindto with clang.
@test "clang has no warnings about the tests and the 32-bit library" {
	need clang cmake python3
	for_clang
	commands read | python3 -c 'import json, sys
for entry in json.load(sys.stdin):
    print("cd", entry["directory"], "&&", entry["command"], "-fsyntax-only", end="\0")' |
		xargs -0 -P "$(nproc)" -n 1 bash -c
}

# tidy: a few files each, so that all processors have work.
tidy() {
	sources '*.c' | grep -E '/(cli|preload)/' |
		xargs -d '\n' -P "$(nproc)" -n 4 clang-tidy --quiet -p "$BATS_TEST_TMPDIR"
}

@test "clang-tidy is quiet, and clang has no warnings about bindto" {
	need clang clang-tidy cmake python3
	for_clang
	commands tidied >"$BATS_TEST_TMPDIR/compile_commands.json"
	run --separate-stderr tidy # on standard error it counts what it suppressed
	[ "$status" = 0 ] || fail "$output"
}
