#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Profiles (--config): where they are found, how a line is read, what the command line displaces, and
# which files are refused. A wrong profile starts nothing, and the message names its file and line.

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
on_network

STARTED=$BINDTO_TESTS_DIR/tmp/started

# profile NAME <TEXT: $FILE becomes the profile NAME of $WHO (or a user), with this text.
profile() {
	FILE=$BINDTO_TESTS_DIR/${WHO:-user}/.config/bindto/$1
	client sh -c 'umask 022; mkdir -p "${1%/*}"; cat >"$1"' - "$FILE"
}

# lines TEXT...: the profile `test` has these lines.
lines() {
	profile test < <(printf '%s\n' "$@")
}

# refused MESSAGE WORD...: bindto WORD... says that it cannot MESSAGE, with perhaps a hint, and
# starts nothing.
refused() {
	local message=$1
	shift
	rm -f "$STARTED"
	run client "$BINDTO" "$@" sh -c ": >$STARTED"
	assert_equal "$status" 125
	assert_line --index 0 "bindto: cannot $message"
	[ "${#lines[@]}" -le 2 ]
	[ "${#lines[@]}" -eq 1 ] || assert_line --index 1 --regexp '^hint: '
	[ ! -e "$STARTED" ]
}

# hints HINT: so said the second line of what was refused.
hints() {
	assert_line --index 1 "hint: $1"
}

# The options that bindto has from the profile, as --explain says them.
from_profile() {
	client "$BINDTO" --explain --color=never "$@" true | sed -n "s|^profile *$FILE:||p"
}

pins_by_profile() {
	lines 'interface wlan0'
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -c test -- "$PROBE/who" 192.0.2.1 7000
	assert_comes_from 2001:db8:2::2 wlan0 "$BINDTO" --strict -c test -- "$PROBE/who" 2001:db8:9::1 7000
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" --engine preload --config=test "$PROBE/who" 192.0.2.1 7000
}

@test "the options of a profile pin like those on the command line, in each engine" {
	as_each pins_by_profile
}

@test "a line is an option as on the command line, and needs no dashes" {
	printf '\xef\xbb\xbf# comment\n\n  --interface wlan0\t# comment\r\nexclude=10.0.0.0/8\nexclude "192.168.1.0/24"\n%s' \
		$'-e \'172.16.0.0/\'12\nkeepalive 60,10\nstrict=messages\n\tverbose\n-4' >"$TMPDIR/text"
	profile test <"$TMPDIR/text"
	run from_profile -c test
	assert_output ' --interface=wlan0 --exclude=10.0.0.0/8 --exclude=192.168.1.0/24 --exclude=172.16.0.0/12 --keepalive=60,10 --strict=messages --verbose --ipv4'
	lines 'log "a \"b\" \$c # \\d"' 'interface wl\*'
	run from_profile -c test
	assert_output ' --log=a "b" $c # \d --interface=wl*'
	lines '' '# nothing'
	refused "pin: give -a, -i, -p, or an option from --mark to --rate" -c test
	lines '# nothing'
	run client "$BINDTO" -c test -i wlan0 echo started
	assert_output started
}

@test "a profile is looked for in XDG_CONFIG_HOME, then in /etc; a name with a slash is a path" {
	in_etc() {
		in_ns client unshare --mount sh -c 'mount -t tmpfs -o mode=755 tmpfs /etc && mkdir /etc/bindto &&
			echo "interface eth0" >/etc/bindto/both && echo "interface eth0" >/etc/bindto/system && exec "$@"' \
			- "${AS_USER[@]}" "$@"
	}
	says() {
		local path=$1
		shift
		run in_etc "$@" --explain --color=never true
		assert_line --regexp "^profile +$path: --interface=[a-z0-9]+$"
	}
	local own=$BINDTO_TESTS_DIR/user/.config/bindto elsewhere=$BINDTO_TESTS_DIR/user/elsewhere
	profile both <<<'interface wlan0'
	client sh -c 'umask 022; mkdir -p "$1/bindto"; echo "interface lo" >"$1/bindto/here"' - "$elsewhere"
	says "$own/both" "$BINDTO" -c both
	says /etc/bindto/system "$BINDTO" -c system
	says /etc/bindto/both "$BINDTO" -c /etc/bindto/both
	says "$elsewhere/bindto/here" env XDG_CONFIG_HOME="$elsewhere" "$BINDTO" -c here
	says /etc/bindto/both env XDG_CONFIG_HOME="$elsewhere" "$BINDTO" -c both
	says "$own/both" env XDG_CONFIG_HOME=elsewhere "$BINDTO" -c both
	says /etc/bindto/both env -u HOME "$BINDTO" -c both
	says ./both sh -c 'cd "$1" && shift && exec "$@"' - "$own" "$BINDTO" -c ./both
}

@test "a profile that does not exist is answered with the most similar name" {
	local own=$BINDTO_TESTS_DIR/user/.config/bindto
	rm -rf "$own"
	refused "find profile 'vnp': it is neither in '$own' nor in '/etc/bindto'" -c vnp
	profile vpn <<<'interface wlan0'
	refused "find profile 'vnp': it is neither in '$own' nor in '/etc/bindto'" -c vnp
	hints "did you mean 'vpn'?"
	refused "read '$own/vnp': No such file or directory" -c "$own/vnp"
	hints "did you mean '$own/vpn'?"
	refused "find profile 'else': it is neither in '$own' nor in '/etc/bindto'" -c else
	hints "there are vpn"
	refused "find profile '': it is neither in '$own' nor in '/etc/bindto'" -c ''
	hints "there are vpn"
}

@test "the command line displaces the same option of the profile, and all values of a list" {
	displaces() {
		run from_profile -c test "${@:2}"
		assert_output "$1"
	}
	lines 'interface eth0' 'exclude 10.0.0.0/8' 'exclude 172.16.0.0/12' ipv4 'ttl 9' 'priority 3'
	displaces ' --exclude=10.0.0.0/8 --exclude=172.16.0.0/12 --ipv4 --ttl=9 --priority=3' -i wlan0
	displaces ' --interface=eth0 --ipv4 --priority=3' -e ::1 --ttl 8
	displaces ' --interface=eth0 --exclude=10.0.0.0/8 --exclude=172.16.0.0/12 --ttl=9 --priority=3' -6
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -c test -- "$PROBE/who" 192.0.2.1 7000
	lines 'address 203.0.113.3' 'address 2001:db8:1::3'
	displaces '' -a 203.0.113.2
	run client "$BINDTO" -c test -a 203.0.113.2 "$PROBE/who" 2001:db8:9::1 7000
	assert_failure
	displaces ' --address=203.0.113.3 --address=2001:db8:1::3' -i eth0
}

@test "the command line displaces the profile's engine, but a name server is not given up for an engine" {
	lines 'interface lo' 'engine preload'
	run from_profile -c test --strict
	assert_output ' --interface=lo'
	run from_profile -c test --dns 127.0.0.1
	assert_output ' --interface=lo'
	lines 'interface lo' strict
	run from_profile -c test --engine preload
	assert_output ' --interface=lo'
	lines 'interface lo' 'dns 127.0.0.1'
	refused "use '--dns' with '--engine preload': the library does not see libc's lookups (line 2 of '$FILE')" \
		--engine preload -c test
	refused "use '--dns' with '--engine both': it takes the supervisor alone (line 2 of '$FILE')" \
		--engine both -c test
}

@test "a wrong line is named with its file, and nothing is started" {
	wrong() {
		lines 'interface lo' "$2"
		refused "$1 (line 2 of '$FILE')" -c test
	}
	unreadable() {
		lines 'interface lo' "$2"
		refused "read line 2 of '$FILE': $1" -c test
	}
	wrong "use '--interfaec': there is no such option" 'interfaec wlan0'
	hints "did you mean '--interface'?"
	wrong "use '--i': it is ambiguous" 'i wlan0'
	hints "did you mean '-i', or '--interface'?"
	wrong "use '--co': it is ambiguous" 'co bbr'
	hints "did you mean one of --congestion, --config, --color?"
	wrong "use '--4': there is no such option" 4
	hints "did you mean '-4', or '--ipv4'?"
	wrong "use '--dns': it needs a value" dns
	wrong "use '-x': there is no such option" -x
	wrong "use '--verbose=yes': it takes no value" verbose=yes
	wrong "use 'yes': '--verbose' takes no value, and a line has one option" 'verbose yes'
	wrong "use '-4': a line has one option" 'verbose -4'
	wrong "use '-v4': a line has one option" -v4
	wrong "use '10.0.0.0/8': a line has one option" 'exclude = 10.0.0.0/8'
	hints "did you mean 'exclude 10.0.0.0/8'?"
	wrong "use 'messages': a line has one option" 'strict messages'
	hints "did you mean 'strict=messages'?"
	wrong "use 'mesages': a line has one option" 'strict mesages'
	hints "did you mean 'strict=messages'?"
	wrong "use 'file': a line has one option" 'log a file'
	hints "quote a value that has blanks"
	wrong "use '--': it is no option" '-- firefox'
	wrong "use '-': it is no option" -
	wrong "use '--engine other': it must be one of both, preload, supervise" 'engine other'
	lines 'interface lo' 'port 1000' 'port 2000'
	refused "use '--port' more than once: it takes one value (line 3 of '$FILE')" -c test
	unreadable "a quote is not closed" 'log "x'
	unreadable "a quote is not closed" "log x'"
	unreadable "nothing follows the backslash at its end" "log x\\"
	unreadable "it has a control character" $'log x\ty\ez'
	unreadable "it has a control character" $'log x\ry'
	profile test < <(printf 'interface lo\nlog a\0b\n')
	refused "read line 2 of '$FILE': it has a NUL byte" -c test
}

@test "a value that turns out wrong later is named with its line, and one of the command line is not" {
	late() {
		lines "$2" "${@:3}"
		refused "$1 (line 1 of '$FILE')" -c test
	}
	late "pin to interface 'wlan1': there is no such interface" 'interface wlan1'
	late "pin to interface 'wlan1': there is no such interface (waited 0.1 seconds)" 'interface wlan1' 'wait=0.1'
	late "pin to '203.0.113.77': it is no address of this host" 'address 203.0.113.77'
	late "pin to '203.0.113.3': it is not on interface 'wlan0'" 'address 203.0.113.3' 'interface wlan0'
	late "use ports '9-1': the last is lower than the first" 'port 9-1'
	late "exclude 'x': it is not ADDR[/LEN][:PORTS]" 'exclude x' 'interface lo'
	late "use '--ttl 0': it is not a number from 1 to 255" 'ttl 0'
	late "log to '/nowhere/x': No such file or directory" 'log /nowhere/x' 'interface lo'
	lines 'interface lo' ipv4 ipv6
	refused "use '--ipv4' with '--ipv6': together they leave no family (line 3 of '$FILE')" -c test
	lines verbose
	refused "pin to interface 'wlan1': there is no such interface" -c test -i wlan1
	run -127 client "$BINDTO" -c test -i lo nowhere-at-all
	assert_output "bindto: cannot run 'nowhere-at-all': No such file or directory"
}

@test "an option that is not about running a program is refused in a profile" {
	local option
	for option in list explain json color color=never help version 'config other' 'c other'; do
		lines 'interface lo' "--$option"
		run client "$BINDTO" -c test true
		assert_equal "$status" 125
		[[ $option == c\ * ]] || assert_line --index 0 \
			"bindto: cannot use '--${option%%[= ]*}' in a profile: it belongs on the command line (line 2 of '$FILE')"
	done
	lines 'interface lo'
	refused "use '--list' with '-c': it runs no program" --list -c test
	refused "use '-c' more than once: it takes one value" -c test -c test
}

@test "what is no readable regular file of at most 64 KiB is refused" {
	local directory=$BINDTO_TESTS_DIR/user/.config/bindto
	profile large < <(printf 'interface lo\n#%065540d\n' 0)
	refused "read '$directory/large': it is larger than 64 KiB" -c large
	profile full < <(printf 'interface lo\n#%065521d\n' 0)
	run client "$BINDTO" -c full echo started
	assert_output started
	client sh -c 'cd "$1"; mkdir -p dir; mkfifo pipe; ln -s loop loop; echo "interface lo" >secret; chmod 0 secret' - "$directory"
	refused "read '$directory/dir': it is no regular file" -c dir
	refused "read '$directory/pipe': it is no regular file" -c pipe
	refused "read '$directory/loop': Too many levels of symbolic links" -c loop
	refused "read '$directory/secret': Permission denied" -c secret
	refused "read '$directory/..': it is no regular file" -c ..
	refused "read '/dev/null': it is no regular file" -c /dev/null
	rm -rf "$directory"
}

@test "a profile that others could write or replace is refused" {
	local place=$BINDTO_TESTS_DIR/tmp/shared
	lines 'interface lo'
	for mode in 646 664 666; do
		chmod $mode "$FILE"
		refused "read '$FILE': others can write to it" -c test
		hints "chmod go-w '$FILE'"
	done
	chmod 644 "$FILE"
	[ -n "${BINDTO_TESTS_NESTED:-}" ] || {
		chown 1 "$FILE"
		refused "read '$FILE': it belongs to another user" -c test
	}
	rm "$FILE"
	lines 'interface lo'
	chmod 775 "${FILE%/*}"
	refused "read '$FILE': '${FILE%/*}' above it is one that others can write to" -c test
	chmod 755 "${FILE%/*}"
	# By a link, it is the file's own place that counts.
	mkdir "$place"
	chmod 777 "$place"
	client sh -c 'umask 022; echo "interface lo" >"$1/it"; ln -sf "$1/it" "$2"' - "$place" "${FILE%/*}/link"
	refused "read '${FILE%/*}/link': '$place' above it is one that others can write to" -c link
	chmod 1777 "$place"
	run client "$BINDTO" -c link echo started
	assert_output started
	rm -r "$place" "${FILE%/*}/link"
}

@test "root takes no profile that belongs to a user, and a user takes one of root" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is one user only"
	lines 'interface lo'
	WHO=root refused "read '$FILE': '$BINDTO_TESTS_DIR/user' above it belongs to another user" -c "$FILE"
	chown root: "$FILE"
	run client "$BINDTO" -c test echo started
	assert_output started
	rm "$FILE"
}

@test "--explain names the profile and what it gave, as text and as JSON" {
	need python3
	lines '# comment' 'interface wlan0' 'ttl 9' 'verbose'
	run client "$BINDTO" --explain --color=never --ttl 8 -c test true
	assert_line --regexp "^profile +$FILE: --interface=wlan0 --verbose$"
	run client sh -c '"$@" 2>/dev/null | python3 -c "import json, sys; print(json.load(sys.stdin)[\"profile\"])"' - \
		"$BINDTO" --explain --json -c test --ttl 8 true
	assert_output "{'path': '$FILE', 'options': [{'name': 'interface', 'value': 'wlan0', 'line': 2}, {'name': 'verbose', 'value': None, 'line': 4}]}"
	run client sh -c '"$@" | python3 -c "import json, sys; print(json.load(sys.stdin)[\"profile\"])"' - \
		"$BINDTO" --explain --json -i wlan0 true
	assert_output None
}

@test "a command line that is hinted at keeps the profile" {
	lines 'address 198.51.100.2'
	run client "$BINDTO" --explain -vc test true
	assert_line "hint: $BINDTO -i wlan0 -vc test -- true"
	lines 'interface wlan0' 'dns 203.0.113.77'
	run client "$BINDTO" --explain --config=test true
	assert_line "hint: $BINDTO --dns SERVER --config=test -- true"
	run client "$BINDTO" --dns 192.0.2.1 --config=test echo started
	assert_output started
}

@test "a hint that leaves out options of the profile, or is for root, writes the others in its place" {
	need python3
	lines 'interface wlan0' strict 'dns 192.0.2.1' 'exclude 10.0.0.0/8' 'verbose' 'log "/tmp/a b"'
	run client "${FILTERED[@]}" 1 'seccomp:0=1' "$BINDTO" --explain -vc test -p 40000 true
	assert_line "hint: $BINDTO --engine preload -v -p 40000 --interface wlan0 --exclude 10.0.0.0/8 --log '/tmp/a b' -- true"
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || return 0 # there nobody gains rights
	local copy=$BINDTO_TESTS_DIR/tmp/set-user
	install -m 4755 "$(command -v id)" "$copy"
	run client "$BINDTO" --explain -vc test "$copy"
	assert_line "hint: sudo $BINDTO -v --interface wlan0 --strict --dns 192.0.2.1 --exclude 10.0.0.0/8 --log '/tmp/a b' -- $copy"
}
