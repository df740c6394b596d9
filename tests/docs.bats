#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is written about bindto is true of it: options in every place that lists them, README's commands, the facts
# and the names that the documents cite. sources.bats has the compilers' and checkers' warnings.

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash

# Options are compared as lines: letter (or -), name, and whether it takes a value: "value", "optional"
# for one that need not be given, or nothing.
options_of_help() {
	"$BINDTO" --help | sed -nE 's/^  -(.), --([a-z0-9-]+)/\1 \2/; t kept; s/^      --([a-z0-9-]+)/- \1/; T; : kept
		s/^(. [a-z0-9-]+) [A-Za-z].*/\1 value/; s/^(. [a-z0-9-]+)  .*/\1/; s/\[=.*/ optional/; p' | sort
}

options_of_man_page() {
	sed -nE 's/^\.It Fl (.) , Fl -([a-z0-9-]+)/\1 \2/; t kept; s/^\.It Fl -([a-z0-9-]+)/- \1/; T; : kept
		s/ Ns Op = .*/ optional/; s/ (Ar|Cm) .*/ value/; p' "$BINDTO_SOURCE/man/bindto.1" | sort
}

options_of_readme() {
	sed -nE 's/^\| `-(.)`, `--([a-z0-9-]+)/\1 \2/; t kept; s/^\| `--([a-z0-9-]+)/- \1/; T; : kept
		s/^(. [a-z0-9-]+) .*/\1 value/; s/\[=.*/ optional/; s/`.*//; p' "$BINDTO_SOURCE/README.md" | sort
}

options_of_zsh() {
	sed -nE "s/.*\\{-(.)\\+,--([a-z0-9-]+)=\\}.*/\\1 \\2 value/p; s/.*\\{-(.),--([a-z0-9-]+)\\}.*/\\1 \\2/p; t
		s/^\t'\(-(.) --[a-z0-9-]+\)--([a-z0-9-]+)=-\\[.*/\\1 \\2 optional/p; t
		s/^\t'(\([^)]*\))?--([a-z0-9-]+)=-\\[.*/- \\2 optional/p; s/^\t'(\\*|\([^)]*\))?--([a-z0-9-]+)=\\[.*/- \\2 value/p
		s/^\t'(\([^)]*\))?--([a-z0-9-]+)\\[.*/- \\2/p" "$BINDTO_BUILD/packaging/completions/_bindto" | sort
}

options_of_fish() {
	sed -nE 's/^complete .* -s (.) -l ([a-z0-9-]+)/\1 \2/; t kept; s/^complete .* -l ([a-z0-9-]+)/- \1/; T; : kept
		s/ (-x|-r -F) .*/ value/; s/ -a .*/ optional/; s/ -d .*//; p' "$BINDTO_BUILD/packaging/completions/bindto.fish" | sort
}

# What is a list in the other shells is asked of a function here.
# shellcheck disable=SC2154 # takes is set by _bindto_find
check_bash() {
	local letter name value
	# shellcheck source=/dev/null
	source "$BINDTO_BUILD/packaging/completions/bindto.bash"
	COMP_LINE='bindto -' COMP_WORDS=(bindto -) COMP_CWORD=1
	_bindto
	diff <(printf '%s\n' "${COMPREPLY[@]}" | sort) \
		<(options_of_help | sed -E 's/^- ([^ ]+).*/--\1/; s/^([^-]) ([^ ]+).*/-\1\n--\2/' | sort) || return
	while read -r letter name value; do
		_bindto_find "--$name"
		[ "$takes" = "${value:-no}" ] || fail "--$name: $takes" || return
		[ "$letter" != - ] || continue
		_bindto_find "-$letter"
		[ "$takes" = "${value:-no}" ] || fail "-$letter: $takes" || return
	done < <(options_of_help)
}

@test "help, man page, README and the completions of all shells list the same options" {
	local place options
	options=$(options_of_help)
	[ "$(wc -l <<<"$options")" -ge 16 ]
	for place in man_page readme zsh fish; do
		diff <(echo "$options") <("options_of_$place") || fail "in $place (see above)"
	done
	check_bash
}

@test "the man page has no warnings, and one header" {
	need mandoc groff
	run --separate-stderr mandoc -T lint -W warning "$BINDTO_SOURCE/man/bindto.1"
	assert_output ''
	run groff -mdoc -ww -z "$BINDTO_SOURCE/man/bindto.1"
	assert_output ''
	run bash -c 'groff -mdoc -Tutf8 "$1" | grep -c "^BINDTO(1).*BINDTO(1)$"' - "$BINDTO_SOURCE/man/bindto.1"
	assert_output 1
}

@test "README's two commands are there" {
	local commands
	mapfile -t commands < <(sed -n '/^## Try it/,/^## I/s/^    \([^ ]*[a-z]\)$/\1/p' "$BINDTO_SOURCE/README.md")
	[ "${commands[*]}" = "./packaging/demo tests/run" ]
	[ -x "$BINDTO_SOURCE/packaging/demo" ] && [ -x "$BINDTO_SOURCE/tests/run" ]
	[ -x "$BINDTO_SOURCE/.ci/run" ]
}

@test "the messages that the man page lists are those of the program" {
	local message
	while IFS= read -r message; do
		find "$BINDTO_SOURCE/cli" -name '*.c' -exec cat {} + | tr -d '\n\t' | grep -qF "$message" || fail "not in cli/: $message"
	done < <(sed -n "s/^\.It \"cannot .*': \([^.].*\)\"$/\1/p" "$BINDTO_SOURCE/man/bindto.1" | sed 's/NAME/%s/')
	grep -q 'cannot pin: give -a, -i, -p, or an option from --mark to --rate' "$BINDTO_SOURCE"/cli/*.c
}

@test "the files and functions that the folders' READMEs and FACTS.md name exist" {
	local document name folder
	for document in cli/README.md preload/README.md tests/README.md preload/pin/FACTS.md; do
		folder=$BINDTO_SOURCE/${document%/*}
		while IFS= read -r name; do
			[ -n "$(compgen -G "$folder/$name")" ] || [ -n "$(compgen -G "$BINDTO_SOURCE/$name")" ] ||
				[ -n "$(find "$BINDTO_SOURCE"/{cli,preload,tests} -name "${name##*/}" -path "*/$name" -print -quit)" ] ||
				fail "$document names '$name'"
		done < <(grep -oE '`[A-Za-z0-9_./*-]+\.(c|h|S|py|bats|bash|map)`' "$BINDTO_SOURCE/$document" | tr -d '`' | grep -v '^net/' | sort -u)
		while IFS= read -r name; do
			[[ $name =~ NAME|^(pthread|ipv6_mapped) ]] && continue
			grep -rqE "\\b$name\\(" "$BINDTO_SOURCE"/{cli,preload,tests} --include=*.[ch] || fail "$document names '$name()'"
		done < <(grep -E '^\|' "$BINDTO_SOURCE/$document" | grep -oE '`[a-z0-9_]+\(\)`' | tr -d '`()' | sort -u)
	done
}

# facts: of FACTS.md, one a line: its number, a tab, its text.
facts() {
	sed -n '/^## Facts/,/^## Not proved/{ /^##/d; p }' "$BINDTO_SOURCE/preload/pin/FACTS.md" |
		awk '/^[0-9]+\. / { if (fact) print fact; fact = $0; sub(/\. /, "\t", fact); next }
			NF { sub(/^ +/, " "); fact = fact $0 } END { print fact }'
}

@test "every fact of FACTS.md names its kernels, what follows, and tests that exist" {
	local number text file name count=0 unproved
	unproved=$(sed -n '/^## Not proved/,/^## What/s/^| \([0-9, ]*\) |.*/, \1,/p' "$BINDTO_SOURCE/preload/pin/FACTS.md")
	while IFS=$'\t' read -r number text; do
		count=$((count + 1))
		[ "$number" = $count ] || fail "fact $count is not there, but fact $number"
		[[ $text == *' - Linux: '*' - So: '*' - Test: '* ]] || fail "fact $number lacks one of Linux, So and Test"
		text=${text##* - Test: }
		if [ "$text" = none ]; then
			[[ $unproved == *", $number,"* ]] || fail "fact $number has no test, and is not under Not proved"
			continue
		fi
		[ -z "$(sed -E 's/`[a-z_]+\.bats` "[^"]+"(; )?//g' <<<"$text")" ] || fail "fact $number: not \`FILE.bats\` \"NAME\": $text"
		while IFS=$'\t' read -r file name; do
			grep -qF "@test \"$name" "$BINDTO_SOURCE/tests/$file" || fail "fact $number: no '$name' in $file"
		done < <(grep -oE '`[^`]+` "[^"]+"' <<<"$text" | sed -E 's/`([^`]+)` "([^"]+)"/\1\t\2/')
	done < <(facts)
	[ "$count" -ge 37 ]
	while IFS= read -r number; do
		[ "$number" -le "$count" ] || fail "fact $number is cited, and there is none"
	done < <(grep -rhoE '\bfact [0-9]+' "$BINDTO_SOURCE"/{cli,preload,tests} --include='*.[ch]' --include='*.bats' | grep -oE '[0-9]+$')
}

# tree: the sources as a clone has them, without what was built, in $tree.
tree() {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
	tar -C "$BINDTO_SOURCE" -c --exclude='./build*' --exclude=./.git . | tar -C "$tree" -x
}

# gcc has built what the other tests run, so this clone is clang's, with warnings as errors.
@test "README's first command works on a fresh clone, and prints what README shows" {
	need curl python3 cmake pkg-config clang
	tree
	ip link set lo up
	CC=clang CFLAGS=-Werror run "$tree/packaging/demo"
	assert_success
	assert_output --partial "$(sed -n '/^    A server/,/^$/p' "$BINDTO_SOURCE/README.md" | sed 's/^    //')"
	diff <(sed -n '/^    A server/,/^      127.0.0.2$/s/^    //p' "$BINDTO_SOURCE/README.md" | sed -E 's/:[0-9]+$/:PORT/') \
		<(sed -n '/^A server/,/^  127.0.0.2$/p' <<<"$output" | sed -E 's/:[0-9]+$/:PORT/' | sed '/^$/d')
}

@test "what README and the man page say is installed, is" {
	local prefix=$BATS_TEST_TMPDIR/prefix
	need cmake
	cmake --install "$BINDTO_BUILD" --prefix "$prefix"
	[ -x "$prefix/bin/bindto" ]
	[ -e "$prefix/lib/bindto/libbindto.so" ]
	[ -e "$prefix/share/man/man1/bindto.1" ]
	[ -e "$prefix/share/bash-completion/completions/bindto" ]
	[ -e "$prefix/share/zsh/site-functions/_bindto" ]
	[ -e "$prefix/share/fish/vendor_completions.d/bindto.fish" ]
}
