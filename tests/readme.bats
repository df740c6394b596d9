#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The commands of README and the man page are run: they print what is shown there, and bindto takes each of them.

load lib/network.bash
load lib/assertions.bash
on_network fake_programs

setup() {
	cd "$BINDTO_TESTS_DIR/tmp" || return
	PATH=$BINDTO_TESTS_DIR/fake:$BINDTO_TESTS_DIR/bin:$PATH
}

# user COMMAND...: runs COMMAND as a user who has bindto in PATH.
user() {
	WHO=user client env "PATH=$PATH" "$@"
}

# fake_programs: makes stand-ins for the programs of the recipes, which a machine for tests may lack.
fake_programs() {
	local name
	mkdir -p "$BINDTO_TESTS_DIR/fake"
	chmod 755 "$BINDTO_TESTS_DIR/fake"
	for name in firefox transmission-gtk transmission-cli ssh; do
		ln -sf "$(type -P true)" "$BINDTO_TESTS_DIR/fake/$name"
	done
}

# shown COMMAND LAST: prints what README shows below `    $ COMMAND...`, up to the line with LAST.
shown() {
	sed -n "/^    \\$ $1/,/$2/p" "$BINDTO_SOURCE/README.md" | sed 's/^    //; 1d'
}

# readme_host: makes the host of README's examples, in a namespace of its own.
readme_host() {
	local name
	ip netns add readme
	in_ns readme sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
	for name in eth0 wlan0; do
		in_ns readme ip link add $name type veth peer name peer netns router
		in_ns router ip link set peer up
		in_ns router ip link set peer name readme-$name
		in_ns readme ip link set $name up
	done
	ip -n readme -batch - <<-'END'
		link set lo up
		addr add 203.0.113.2/24 dev eth0 valid_lft 1000 preferred_lft 1000
		addr add 198.51.100.2/24 dev wlan0 valid_lft 1000 preferred_lft 1000
		route add default via 203.0.113.1 dev eth0 metric 100
		route add default via 198.51.100.1 dev wlan0 metric 600
	END
	echo nameserver 203.0.113.1 >"$BINDTO_TESTS_DIR/resolv.conf"
}

@test "--list and --explain print what README shows" {
	need curl
	readme_host
	run in_ns readme bindto --list
	# The tests' links are virtual, README's are not.
	diff <(shown 'bindto --list' 'wlan0' | sed -E 's/ +(wired|wireless) +/ virtual /; s/ +/ /g') \
		<(sed -E 's/ +/ /g' <<<"$output")
	run in_ns readme bindto --explain -a 198.51.100.2 curl https://example.org
	: >"$BINDTO_TESTS_DIR/resolv.conf"
	ip netns del readme
	assert_success
	# The library's directory depends on the user.
	diff <(shown 'bindto --explain' 'would work' | grep -v '^engine ') <(grep -v '^engine ' <<<"$output")
}

# commands: prints the commands of README and the man page, one a line, from `bindto` on.
commands() {
	sed -nE 's/^    (alias [a-z]+=.)?(bindto .*)$/\2/p' "$BINDTO_SOURCE/README.md" | grep -v desktop-entry
	sed -nE "s/^\.Dl (alias [a-z]+=')?(bindto .*)$/\2/p" "$BINDTO_SOURCE/man/bindto.1"
}

@test "every command of README and the man page would work on a host that has what it names" {
	local command count=0
	user sh -c 'umask 022; mkdir -p ~/.config/bindto; echo interface tun0 >~/.config/bindto/vpn'
	in_ns client ip link add tun0 type veth peer name tun1
	in_ns client ip link set tun0 up
	in_ns client ip link set tun1 up
	in_ns client ip addr add 198.51.100.129/25 dev tun0
	in_ns client ip route add default via 198.51.100.130 dev tun0 metric 900
	while IFS= read -r command; do
		command=${command%%\'} # the quote that ends the alias
		[[ $command == *\'*\'* || $command != *\'* ]] || command+=\'
		[[ $command == *--list* || $command == *--explain* ]] || command="bindto --explain ${command#bindto }"
		run user bash -c "$command"
		assert_success
		count=$((count + 1))
	done < <(commands)
	in_ns client ip link del tun0
	[ "$count" -ge 20 ]
}

# block FILE FIRST LAST: prints the lines of an example as a shell would read them.
block() {
	sed -n "/$2/,/$3/p" "$BINDTO_SOURCE/$1" | sed 's/^    //; s/\\e/\\/g'
}

@test "the recipe for a desktop entry makes one that starts bindto" {
	user sh -c 'mkdir -p ~/.local/share/applications; printf "%s\n" "[Desktop Entry]" Type=Application Name=Firefox \
		"Exec=firefox %u" >~/.local/share/applications/firefox.desktop'
	grep -o 'bindto --desktop-entry.*' "$BINDTO_SOURCE/README.md" >of-readme
	block man/bindto.1 '^bindto --desktop-entry' 'firefox-wifi.desktop' >of-man
	chmod 644 of-*
	for recipe in of-readme of-man; do
		user sh -e $recipe
		run user sh -c 'cat ~/.local/share/applications/firefox-wifi.desktop && rm ~/.local/share/applications/firefox-wifi.desktop'
		assert_output - <<-END
			[Desktop Entry]
			Type=Application
			Name=Firefox (wlan0)
			Exec=$BINDTO_TESTS_DIR/bin/bindto -i wlan0 -- $BINDTO_TESTS_DIR/fake/firefox %u
		END
	done
}

@test "the man page's script does its work by each uplink" {
	need curl
	block man/bindto.1 '^for name in' '^done' | sed 's,https://www.example/,http://192.0.2.1/,' >each
	chmod 644 each
	witness_mark
	run user sh -e each
	assert_success
	assert_all_seen 'eth0 .* 203\.0\.113\.2 ' 'wlan0 .* 198\.51\.100\.2 '
}

# assert_all_seen REGEX...: a packet of each kind left, and none of another.
assert_all_seen() {
	local packets regex
	packets=$(witness_since_mark)
	for regex; do
		grep -qE "^$regex" <<<"$packets" || fail "none is $regex: $packets" || return
		packets=$(grep -vE "^$regex" <<<"$packets") || :
	done
	[ -z "$packets" ] || fail "$packets"
}

@test "a script that starts itself anew under bindto is pinned" {
	need curl
	block man/bindto.1 '#!.bin.sh' 'curl -O' | sed 's,-O https://.*,-s http://192.0.2.1/,' >pinned
	chmod 755 pinned
	grep -q 'exec bindto' pinned
	witness_mark
	run user ./pinned
	assert_success
	assert_only 198.51.100.2 wlan0
}
