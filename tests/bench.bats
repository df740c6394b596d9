#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tests/bench/run measures, and prints a table or JSON. These tests judge no figure, because each machine has
# its own.

load lib/assertions.bash

bench() {
	"$BINDTO_SOURCE/tests/bench/run" --no-build --build "$BINDTO_BUILD" --rounds 1 "$@"
}

@test "the bench prints a row for each figure, with its target and whether it is met" {
	run --separate-stderr bench --only '^send$'
	assert_success
	assert_line --regexp '^\| what +\| unit \| bare +\| own bind \| default \| library \| --strict \| figure +\| target +\| met +\|$'
	assert_line --regexp '^\| UDP send, connected, -a, default +\| µs   (\| [0-9.]+ +){5}\| [0-9.]+ × \| ≤ 1.02 × open filter \| (yes|\*\*no\*\*) +\|$'
	assert_line --regexp '^\| UDP send, connected, -a, library +\| µs   (\| [0-9.]+ +){5}\| [0-9.]+ × \| ≤ 1.02 × bare +\| (yes|\*\*no\*\*) +\|$'
	assert_line --regexp '^\| UDP send, connected, -a, --strict .* × bare +\| '
	assert_line --regexp ', [0-9]+ processors?, Linux [0-9.]+.*, 20[0-9]{2}-[0-9]{2}-[0-9]{2}$'
}

@test "the bench's JSON names the machine and has the figures of each row" {
	need python3
	run --separate-stderr bench --only '^(send|library)$' --json -
	assert_success
	python3 - "$output" <<-'END'
		import json, sys
		result = json.loads(sys.argv[1])
		assert set(result) == {"machine", "rounds", "rows", "curves"}, result
		assert set(result["machine"]) == {"processors", "processor", "kernel", "date"}
		default, send, strict, floor, gate, size = result["rows"]
		assert send["what"] == "UDP send, connected, -a, library" and send["unit"] == "µs"
		assert set(send["figures"]) == {"bare", "own", "filter", "gate", "both", "preload", "strict"}
		assert all(figure > 0 for figure in send["figures"].values())
		assert send["lowest"] <= send["figure"] <= send["highest"]
		assert send["target"] == "≤ 1.02 × bare" and send["met"] is (round(send["figure"], 2) <= 1.02)
		assert default["of"] == "both" and default["against"] == "filter"
		assert strict["of"] == "strict" and floor["of"] == "filter" and gate["of"] == "gate" and size["met"] is True
	END
}

@test "the bench draws its curves into the directory of --output" {
	local into
	need gnuplot
	into=$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX")
	bench --only 'by threads' --output "$into"
	[ "$(head -n 1 "$into/sockets-by-threads.tsv")" = $'threads\tbare\tboth\tpreload\tstrict' ]
	[ "$(wc -l <"$into/sockets-by-threads.tsv")" = 8 ]
	grep -q '<svg' "$into/sockets-by-threads.svg"
}

@test "RESULTS.md has the rows that the bench measures, with the same targets" {
	need python3
	"$BINDTO_SOURCE/tests/bench/run" --list >"$BATS_TEST_TMPDIR/list"
	PYTHONPATH=$BINDTO_SOURCE/tests/bench python3 - "$BINDTO_SOURCE/tests/bench/RESULTS.md" "$BATS_TEST_TMPDIR/list" <<-'END'
		import sys
		from summary import LINES
		rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[2], encoding="utf-8")]
		targets = {row[1]: row[2] for row in rows if len(row) == 3}
		text = open(sys.argv[1], encoding="utf-8").read()
		table = text.split("| what | bare | own bind | default | library |")[1].split("\n\n")[0].splitlines()[2:]
		assert len(table) == len(LINES), table
		for line, (what, *names) in zip(table, LINES):
		    cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
		    assert cells[0] == what, (cells, what)
		    for name in names:
		        assert name is None or targets[name] in line or "not measured" in line, (line, name)
	END
}

@test "the bench measures nothing if it does not understand an option, and says so" {
	run bench --only nonsense
	assert_failure 1
	assert_output --partial "tests/bench/run: nothing to measure matches 'nonsense'"
	run bench --rounds many
	assert_failure 1
	assert_output "tests/bench/run: cannot take 'many' rounds: it is no number from 1 to 99"
	run bench --fast
	assert_failure 1
	assert_output "tests/bench/run: there is no option '--fast'"
}
