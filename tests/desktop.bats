#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --desktop-entry: menu entries that run a program under bindto. They are valid, the desktop's own launcher
# starts them pinned, and what a shell or the specification treats specially reaches the program unchanged.

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	HOME_DIR=$BINDTO_TESTS_DIR/user
	DATA=$HOME_DIR/.local/share
	APP=$BINDTO_TESTS_DIR/tmp/app
	MADE=$BINDTO_TESTS_DIR/tmp/made.desktop
	RAN=$HOME_DIR/ran
	client rm -rf "$DATA" "$RAN"
	client mkdir -p "$DATA/applications/below"
	# What it gets, and from where it connects.
	cat >"$APP" <<-END
		#!/bin/sh
		{ printf '<%s>' "\$@" && echo && "$PROBE/who" 192.0.2.1 7000; } >"$RAN.new" && mv "$RAN.new" "$RAN"
	END
	chmod 755 "$APP"
	PATH=$BINDTO_TESTS_DIR/tmp:$PATH
}

# entry FILE <TEXT: the user has this menu entry.
entry() {
	client sh -c 'cat >"$1"' - "$DATA/applications/$1"
}

# own_entry: the user has the entry of `app`.
own_entry() {
	entry app.desktop <<-END
		# a comment
		[Desktop Entry]
		Type=Application
		Name=An Application
		Name[de]=Eine Anwendung
		Icon=app
		Exec=app --window %u
		TryExec=app
		DBusActivatable=true
		Actions=new;

		[Desktop Action new]
		Name=New Window
		Exec=$APP "a b" %u

		[X-Other]
		Name=Other
		Exec=other
	END
}

# made WORD...: what `bindto --desktop-entry WORD...` prints is in $MADE, and a valid entry.
made() {
	need desktop-file-validate python3
	client env "PATH=$PATH" "$BINDTO" --desktop-entry "$@" >"$MADE"
	run desktop-file-validate "$MADE"
	assert_output ''
	assert_success
}

# assert_ran ARGUMENTS: `app` got these, and connected from wlan0's address.
assert_ran() {
	assert_equal "$(sed -E 's/^peer ([^ ]*) .*/\1/' "$RAN")" "$1"$'\n198.51.100.2'
}

exec_words() {
	python3 "$BINDTO_TESTS_DIR/lib/desktop.py" "$MADE" 'Desktop Entry' --print
}

refused() {
	run --separate-stderr client sh -c 'PATH=$1 && shift && exec "$@"' - "$PATH" "$BINDTO" --desktop-entry "${@:2}"
	assert_equal "$status" 125
	assert_output ''
	# shellcheck disable=SC2154 # run sets stderr
	[[ $stderr == "bindto: cannot $1"* ]] || fail "$stderr"
}

@test "the program's own entry gets bindto in front of each Exec line, and stays the same in all else" {
	own_entry
	made -i wlan0 -e 10.0.0.0/8 app
	run cat "$MADE"
	assert_output - <<-END
		# a comment
		[Desktop Entry]
		Type=Application
		Name=An Application (wlan0)
		Name[de]=Eine Anwendung (wlan0)
		Icon=app
		Exec=$BINDTO_TESTS_DIR/bin/bindto -i wlan0 -e 10.0.0.0/8 -- $APP --window %u
		TryExec=$APP
		DBusActivatable=false
		Actions=new;

		[Desktop Action new]
		Name=New Window
		Exec=$BINDTO_TESTS_DIR/bin/bindto -i wlan0 -e 10.0.0.0/8 -- $APP "a b" %u

		[X-Other]
		Name=Other
		Exec=other
	END
}

@test "with --wait, an entry is made before its interface is there" {
	own_entry
	made --wait -i tun9 app
	run exec_words
	assert_output --partial "--wait"
	made --wait=30 -a 203.0.113.77 app
	refused "pin to interface 'tun9': there is no such interface" -i tun9 app
	refused "use '--ttl 0'" --wait -i tun9 --ttl 0 app
	refused "pin to '203.0.113.777'" --wait -a 203.0.113.777 app
}

@test "the desktop's launcher starts the entry pinned" {
	need gio
	own_entry
	made -i wlan0 app
	chmod 755 "$MADE"
	witness_mark
	client env "PATH=$PATH" gio launch "$MADE"
	wait_until test -e "$RAN"
	assert_ran '<--window>'
	assert_only 198.51.100.2 wlan0
}

@test "the action of an entry is pinned as well" {
	own_entry
	made -i wlan0 app
	witness_mark
	client env "PATH=$PATH" python3 "$BINDTO_TESTS_DIR/lib/desktop.py" "$MADE" 'Desktop Action new'
	assert_ran '<a b>'
	assert_only 198.51.100.2 wlan0
}

@test "what is special in a shell or in an entry reaches the program unchanged" {
	need gio
	local words=('' 'a b' '"' "'" "\\" '\n' '$HOME' '`id`' '%u' '%%' '50%' '~' '*' '#' '&;|<>()?' $'two\nlines' $'\ttab' 'größe')
	local log=$HOME_DIR/'a "log" $`\%'\''s'
	own_entry
	made --log "$log" -i wlan0 app "${words[@]}"
	client env "PATH=$PATH" python3 "$BINDTO_TESTS_DIR/lib/desktop.py" "$MADE" 'Desktop Entry'
	assert_ran "$(printf '<%s>' "${words[@]}" --window)"
	[ -s "$log" ]
	rm "$RAN" "$log"
	chmod 755 "$MADE"
	client env "PATH=$PATH" gio launch "$MADE"
	wait_until test -e "$RAN"
	assert_ran "$(printf '<%s>' "${words[@]}" --window)"
	[ -s "$log" ]
}

@test "a program without an entry gets a short one, for a terminal" {
	made -a 203.0.113.3 -- app 'x y'
	run cat "$MADE"
	assert_output - <<-END
		[Desktop Entry]
		Type=Application
		Name=app (203.0.113.3)
		TryExec=$APP
		Exec=$BINDTO_TESTS_DIR/bin/bindto -a 203.0.113.3 -- $APP "x y"
		Terminal=true
	END
	client sh -c 'umask 022; mkdir -p ~/.config/bindto; echo "interface wlan0" >~/.config/bindto/vpn'
	made -vc vpn app
	run cat "$MADE"
	assert_line 'Name=app (vpn)'
	assert_line --partial 'bin/bindto -vc vpn -- '
	# A path from where the user is will do.
	client sh -c 'cd "$1" && exec "$2" --desktop-entry -p 40000 ./app' - "${APP%/*}" "$BINDTO" >"$MADE"
	assert_equal "$(exec_words)" "$BINDTO_TESTS_DIR/bin/bindto"$'\n-p\n40000\n--\n'"$APP"
}

@test "the entry of a pool names all of it" {
	named() {
		made "${@:2}" app
		run grep '^Name=' "$MADE"
		assert_output "Name=app ($1)"
	}
	named 'wlan0, eth0' -i wlan0 -i eth0
	named '203.0.113.2, 2001:db8:1::3' -a 203.0.113.2 -a 2001:db8:1::3
	named '203.0.113.0/24' -a 203.0.113.0/24
	named wlan0 -i wlan0 -a 198.51.100.3
	client sh -c 'umask 022; mkdir -p ~/.config/bindto; echo "interface eth0" >~/.config/bindto/vpn'
	named vpn -c "$HOME_DIR/.config/bindto/vpn"
	named wlan0 -c vpn -i wlan0
}

@test "an entry is found by its name or by its Exec line, in the order of the directories" {
	found() {
		run grep -c "^Comment=$1$" "$MADE"
		assert_output 1
	}
	local system=$BINDTO_TESTS_DIR/tmp/system
	exec_entry() {
		printf '[Desktop Entry]\nType=Application\nName=x\nComment=%s\nExec=%s\n%s\n' "$@"
	}
	mkdir -p "$system/applications"
	export XDG_DATA_DIRS=relative:$system
	exec_entry system 'app %U' Terminal=false >"$system/applications/app.desktop"
	made -i lo app
	found system
	exec_entry by-exec "\"$APP\" %F" Terminal=false | entry below/org.example.app.desktop
	made -i lo app
	found system
	exec_entry writer 'app --writer %F' Terminal=false | entry writer.desktop
	made -i lo app --writer
	found writer
	assert_equal "$(exec_words | tail -n +5)" "$APP"$'\n--writer'
	rm "$system/applications/app.desktop"
	made -i lo app
	found by-exec
	made -i lo app --other
	found by-exec
	assert_equal "$(exec_words | tail -n +5)" "$APP"$'\n--other'
	# These are for another program, not for menus, or made by bindto.
	client rm "$DATA/applications/below/org.example.app.desktop"
	exec_entry wrong 'app --window' Terminal=false | entry a.desktop
	exec_entry wrong 'sh -c app' Terminal=false | entry b.desktop
	exec_entry wrong '/usr/bin/app' Terminal=false | entry c.desktop
	exec_entry wrong 'app' NoDisplay=true | entry d.desktop
	exec_entry wrong 'app' Hidden=true | entry app.desktop
	exec_entry wrong 'app "' Terminal=false | entry e.desktop
	exec_entry wrong "$BINDTO -i eth0 -- app" Terminal=false | entry f.desktop
	made -i lo app
	run cat "$MADE"
	refute_output --partial Comment
	made -i lo app --writer
	found writer
	rm -r "$system"
}

@test "what would not work is refused, and nothing is printed" {
	refused "pin to interface 'nope'" -i nope app
	refused "run 'no-such-program'" -i lo no-such-program
	refused "use '--log file' with '--desktop-entry': a menu starts programs in another directory" -i lo --log file app
	refused "write 'a?b' into a menu entry: it has a control character" -i lo app $'a\eb'
	refused "write"$' \'\xff\' '"into a menu entry: it is not UTF-8" -i lo app $'\xff'
	refused "use '--explain' with '--desktop-entry'" --explain -i lo app
	refused "use '--list' with '--desktop-entry'" --list
	refused "use '--json': only --list and --explain have it" --json -i lo app
	refused "run: no program is given" -i lo
	local copy=$BINDTO_TESTS_DIR/tmp/a=b
	cp "$BINDTO_TESTS_DIR/bin/bindto" "$copy"
	BINDTO=$copy refused "name '$copy' in a menu entry: the path of a program must not have a '='" -i lo app
	rm "$copy"
}
