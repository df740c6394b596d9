#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Completion in each shell, on the tests' network: what is offered, and what a line becomes by TAB.

bats_require_minimum_version 1.5.0
load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	COMPLETIONS=$BINDTO_BUILD/packaging/completions
	PATH=$BINDTO_TESTS_DIR/bin:$PATH # the completions ask `bindto --list`
}

# in_bash PRELUDE WORD...: what bash offers for the last word of `bindto WORD...`, sorted, on one line.
# The words are as bash breaks them, with `|` before one that no blank separates from the one before.
in_bash() {
	in_client bash -c '
		eval "$1"
		shift
		. "$1"
		shift
		COMP_LINE=bindto COMP_WORDS=(bindto)
		for word; do
			case $word in "|"*) word=${word#|} ;; *) COMP_LINE+=" " ;; esac
			COMP_LINE+=$word
			COMP_WORDS+=("$word")
		done
		COMP_POINT=${#COMP_LINE} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_bindto
		[ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}" | sort -u | paste -sd " "
	' bash "$1" "$COMPLETIONS/bindto.bash" "${@:2}"
}

assert_bash_offers() {
	local expected=$1
	shift
	run in_bash '' "$@"
	assert_success
	assert_output "$expected"
}

@test "bash offers options, interfaces and local addresses" {
	assert_bash_offers '--exclude' --exc
	assert_bash_offers '--engine --exclude --explain' --e
	assert_bash_offers '--list --listen' --li
	assert_bash_offers 'messages' --strict '|=' '|'
	assert_bash_offers '' --dns 1
	assert_bash_offers '/etc/hostname' --log /etc/hostn
	assert_bash_offers 'eth0' -i e
	assert_bash_offers 'eth0 lo wlan0' -i ''
	assert_bash_offers 'wlan0' -4vi w
	assert_bash_offers 'wlan0' --interface w
	assert_bash_offers 'wlan0' --interface '|=' '|w'
	assert_bash_offers '198.51.100.2 198.51.100.3' -a 19
	assert_bash_offers '203.0.113.2 203.0.113.3' --address '|=' '|203'
}

@test "bash offers the engines, and when to use colours" {
	assert_bash_offers 'both preload supervise' --engine ''
	assert_bash_offers 'supervise' --engine '|=' '|s'
	assert_bash_offers 'always auto' --list --color '|=' '|a'
	assert_bash_offers '--color' --list --col
}

@test "the names of --dscp and the algorithms of --congestion are offered" {
	need zsh fish
	local algorithms
	algorithms=$(in_client cat /proc/sys/net/ipv4/tcp_allowed_congestion_control | tr ' ' '\n' | sort | paste -sd ' ')
	[ "$algorithms" ]
	assert_bash_offers 'af41 af42 af43' --dscp af4
	assert_bash_offers "$algorithms" --congestion ''
	assert_bash_offers 'reno' --congestion '|=' '|ren'
	assert_fish_offers 'af41 af42 af43' 'bindto --dscp af4'
	assert_fish_offers "$algorithms" 'bindto --congestion '
	zsh_describes _bindto_algorithms
	assert_equal "$(sort <<<"$output" | paste -sd ' ')" "$algorithms"
}

@test "a help text may have an apostrophe and brackets" {
	need zsh fish cmake
	sed "s/\"print this help\"/\"print bindto's help [all]\"/" "$BINDTO_SOURCE/cli/option_table.c" >"$BATS_TEST_TMPDIR/table.c"
	COMPLETIONS=$BATS_TEST_TMPDIR
	cmake -DTABLE="$BATS_TEST_TMPDIR/table.c" -DSOURCE="$BINDTO_SOURCE/packaging/completions" -DOUTPUT="$COMPLETIONS" \
		-DSYSCONFDIR=/etc -P "$BINDTO_SOURCE/packaging/completions/generate.cmake"
	run zsh -fc '_arguments() { print -rl -- "$@" }; . "$1"' zsh "$COMPLETIONS/_bindto"
	assert_line "(- : *)--help[print bindto's help [all\\]]"
	assert_line --regexp '^--dscp=\[.*:\(be .* ef\)$'
	chmod 755 "$COMPLETIONS"
	run fish --no-config -c "source $COMPLETIONS/bindto.fish; complete -C 'bindto --hel'"
	assert_output $'--help\tprint bindto\'s help [all]'
}

# profiles: there are the profiles home, vpn and vpn2, and $CONFIG names their place.
profiles() {
	export XDG_CONFIG_HOME=$BINDTO_TESTS_DIR/tmp/config
	mkdir -p "$XDG_CONFIG_HOME/bindto/directory"
	touch "$XDG_CONFIG_HOME"/bindto/{home,vpn,vpn2}
}

@test "profiles are offered by name, and files after a slash" {
	need zsh fish
	profiles
	assert_bash_offers 'vpn vpn2' -c v
	assert_bash_offers 'home vpn vpn2' --config '|=' '|'
	assert_bash_offers '/etc/hostname' --config /etc/hostn
	assert_fish_offers 'home vpn vpn2' 'bindto -c '
	assert_fish_offers '--config=vpn --config=vpn2' 'bindto --config=v'
	assert_fish_offers '/etc/hostname' 'bindto -c /etc/hostn'
	assert_fish_offers '--config=/etc/hostname' 'bindto --config=/etc/hostn'
	zsh_describes _bindto_profiles
	assert_output $'home\nvpn\nvpn2'
}

@test "bash shows an interface's addresses, and an address's interface, where it lists what there is" {
	run in_bash 'COMP_TYPE=63' -i ''
	assert_output --partial 'wlan0  (198.51.100.2 198.51.100.3 2001:db8:2::'
	assert_output --partial 'lo  (127.0.0.1 ::1)'
	run in_bash 'COMP_TYPE=63' -a 198
	assert_output '198.51.100.2  (wlan0) 198.51.100.3  (wlan0)'
	run in_bash 'COMP_TYPE=63' --engine ''
	assert_output 'both preload supervise'
}

@test "an interface without an address is offered, and an address that cannot be pinned is not" {
	need zsh fish
	in_ns client ip link add spare type veth peer name spare2
	in_ns client ip addr add 192.0.2.65/28 dev spare
	in_ns client ip link add other type veth peer name other2
	in_ns client sh -c 'cd /proc/sys/net/ipv6/conf
		echo 1 >all/accept_dad; echo 1 >other/accept_dad; echo 100 >other/dad_transmits'
	in_ns client ip link set other up
	in_ns client ip link set other2 up
	in_ns client ip addr add 2001:db8:7::65/64 dev other
	assert_bash_offers 'spare spare2' -i sp
	run in_bash 'COMP_TYPE=63' -i sp
	assert_output 'spare  (192.0.2.65) spare2  (no address)'
	assert_bash_offers '' -a 192
	assert_bash_offers '' -a 2001 '|:' '|db8' '|:' '|7' '|:'
	assert_fish_offers 'spare spare2' 'bindto -i sp'
	assert_fish_offers '' 'bindto -a 192.0.2.6'
	assert_fish_offers '' 'bindto -a 2001:db8:7'
	zsh_describes _bindto_interfaces
	assert_line 'spare:192.0.2.65'
	assert_line 'spare2:no address'
	zsh_describes _bindto_addresses
	refute_line --regexp '192.0.2.65|2001\\:db8\\:7'
	assert_line --regexp '198.51.100.2:wlan0'
	in_ns client ip link del spare
	in_ns client ip link del other
	in_ns client sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad'
}

@test "bash offers what it does not take for a word of its own without the part before it" {
	assert_bash_offers ':2 :3' -a 2001 '|:' '|db8' '|:' '|1' '|:'
	assert_bash_offers '2 3' -a 2001 '|:' '|db8' '|:' '|1' '|::' '|'
	assert_bash_offers '3' --address '|=' '|2001' '|:' '|db8' '|:' '|1' '|::' '|3'
}

@test "bash offers nothing for ports and exclusions" {
	assert_bash_offers '' -e ''
	assert_bash_offers '' --exclude ''
	assert_bash_offers '' -p ''
}

@test "bash offers programs, and after one what the program's own completion offers" {
	local helper
	assert_bash_offers 'realpath' -i lo realpat
	assert_bash_offers 'realpath' -a 2001 '|:' '|db8' '|::' '|3' -- realpat
	assert_bash_offers 'realpath' --strict realpat
	assert_bash_offers 'realpath' --strict '|=' '|messages' --dns 192.0.2.1 realpat
	assert_bash_offers '' -i lo realpath x
	# bash-completion's helper gets to know where the program is, under its old and its new name.
	for helper in _command_offset _comp_command_offset; do
		run in_bash "$helper() { COMPREPLY=(\"\${COMP_WORDS[\$1]}\"); }" -a 2001 '|:' '|db8' '|::' '|3' ls -
		assert_output ls
		run in_bash "$helper() { COMPREPLY=(\"\${COMP_WORDS[\$1]}\"); }" -p 40000 -e ::1 -- ls --interface ''
		assert_output ls
	done
}

@test "bash-completion's own helper completes the program's arguments" {
	local helpers=/usr/share/bash-completion/bash_completion
	[ -e $helpers ] || lacks "bash-completion is not installed"
	run --separate-stderr in_bash ". $helpers; complete -W 'north south' winds" -i lo winds n
	assert_output north
}

# typed SHELL...: keys from standard input are typed into an interactive shell; prints what its
# `bindto`, a function that shows its arguments, was given.
typed() {
	{ cat && echo exit; } | in_client script -qec "$*" /dev/null | tr -d '\r' | sed -n 's/.*BINDTO://p'
}

@test "bash's line becomes what was offered" {
	need script
	local rc=$BATS_TEST_TMPDIR/rc
	cat >"$rc" <<-END
		. $COMPLETIONS/bindto.bash
		bindto() { printf 'BINDTO'; printf ':%s ' "\$@"; echo; }
	END
	keys() {
		printf 'bindto -i w\tx\n'
		printf 'bindto --interface=w\tx\n'
		printf 'bindto -a 2001:db8:2\t3 x\n'
		printf 'bindto --address=2001:db8:2\t3 x\n'
		printf 'bindto --exc\t::1 realpat\tx\n'
		printf 'bindto --engine s\tx\n'
		printf 'bindto --list --color=n\t\n'
	}
	run typed bash --rcfile "$rc" -i < <(keys)
	assert_output - <<-END
		-i :wlan0 :x 
		--interface=wlan0 :x 
		-a :2001:db8:2::3 :x 
		--address=2001:db8:2::3 :x 
		--exclude :::1 :realpath :x 
		--engine :supervise :x 
		--list :--color=never 
	END
}

@test "zsh's line becomes what was offered" {
	need zsh script
	zsh -n "$COMPLETIONS/_bindto"
	export ZDOTDIR=$BATS_TEST_TMPDIR
	profiles
	cat >"$ZDOTDIR/.zshrc" <<-END
		fpath=($COMPLETIONS \$fpath)
		autoload -U compinit
		compinit -u -D
		bindto() { print -n BINDTO; printf ':%s ' "\$@"; echo }
		winds() { }
		compdef '_values wind north south' winds
	END
	keys() {
		printf 'bindto -i w\tx\n'
		printf 'bindto --interface=w\tx\n'
		printf 'bindto -a 2001:db8:2\t3 x\n'
		printf 'bindto --exc\t::1 realpat\tx\n'
		printf 'bindto -p 1-2 winds n\t\n'
		printf 'bindto --strict=m\t winds n\t\n'
		printf 'bindto --log /etc/hostn\t winds n\t\n'
		printf 'bindto -c vpn2\t winds n\t\n'
		printf 'bindto --config=/etc/hostn\t winds n\t\n'
		printf 'bindto -s --dns ::1 --engine s\t winds n\t\n'
		printf 'bindto --engine=s\tx\n'
		printf 'bindto --dscp v\t --congestion ren\tx\n'
		printf 'bindto --list\t --color=n\t\n'
		printf 'bindto --expl\t-i w\twinds n\t\n'
	}
	run typed zsh -d -i < <(keys)
	assert_output - <<-END
		-i :wlan0 :x 
		--interface=wlan0 :x 
		-a :2001:db8:2::3 :x 
		--exclude=::1 :realpath :x 
		-p :1-2 :winds :north 
		--strict=messages :winds :north 
		--log :/etc/hostname :winds :north 
		-c :vpn2 :winds :north 
		--config=/etc/hostname :winds :north 
		-s :--dns :::1 :--engine :supervise :winds :north 
		--engine=supervise :x 
		--dscp :va :--congestion :reno :x 
		--list :--color=never 
		--explain :-i :wlan0 :winds :north 
	END
}

# in_fish LINE: what fish offers, without descriptions, on one line.
in_fish() {
	in_client fish --no-config -c '
		source $argv[1]
		complete -c winds -f -a "north south"
		complete -c winds -l storm
		complete -C $argv[2] | string replace -r "\t.*" "" | sort | string join " "
	' "$COMPLETIONS/bindto.fish" "$1"
}

assert_fish_offers() {
	run in_fish "$2"
	assert_output "$1"
}

@test "fish offers options, interfaces, addresses, programs and their arguments" {
	need fish
	fish -n "$COMPLETIONS/bindto.fish"
	assert_fish_offers '--exclude' 'bindto --exc'
	assert_fish_offers 'both preload supervise' 'bindto --engine '
	assert_fish_offers '--color=always --color=auto' 'bindto --list --color=a'
	assert_fish_offers '--color=never' 'bindto --color=n'
	assert_fish_offers 'eth0 lo wlan0' 'bindto -i '
	assert_fish_offers '--interface=wlan0' 'bindto --interface=w'
	assert_fish_offers '2001:db8:2::2 2001:db8:2::3' 'bindto -a 2001:db8:2'
	assert_fish_offers '' 'bindto -e '
	assert_fish_offers '' 'bindto -p '
	assert_fish_offers '' 'bindto --dns '
	assert_fish_offers '/etc/hostname' 'bindto --log /etc/hostn'
	assert_fish_offers 'north' 'bindto -s --log /dev/null winds n'
	assert_fish_offers 'both preload supervise' 'bindto --engine '
	assert_fish_offers '--strict=messages' 'bindto --strict='
	assert_fish_offers 'realpath' 'bindto -i lo realpat'
	assert_fish_offers 'north' 'bindto -s --dns ::1 winds n'
	assert_fish_offers 'north' 'bindto --strict=messages winds n'
	assert_fish_offers 'north' 'bindto -i lo winds n'
	assert_fish_offers 'north' 'bindto --inter lo -- winds n'
	assert_fish_offers 'north south' 'bindto -4vi lo --port=1 winds '
	assert_fish_offers '--storm' 'bindto -i lo winds --s'
	assert_fish_offers 'north' 'bindto --explain --engine preload -i lo winds n'
}

@test "fish describes an interface by its addresses" {
	need fish
	run in_client fish --no-config -c "source $COMPLETIONS/bindto.fish; complete -C 'bindto -i wl'"
	assert_output --regexp $'^wlan0\t198.51.100.2 198.51.100.3 2001:db8:2::'
}

# zsh_describes FUNCTION: what it answers, with descriptions.
zsh_describes() {
	run in_client zsh -fc '
		_arguments() { $function }
		_describe() { print -rl -- "${(P@)4}" }
		function=$2
		. "$1"' zsh "$COMPLETIONS/_bindto" "$1"
}

@test "zsh describes an interface by its addresses, and an address by its interface" {
	need zsh
	zsh_describes _bindto_interfaces
	assert_line --regexp '^wlan0:198.51.100.2 198.51.100.3 2001:db8:2::'
	assert_line --regexp '^lo:127.0.0.1 ::1$'
	zsh_describes _bindto_addresses
	assert_line '198.51.100.2:wlan0'
	assert_line '2001\:db8\:2\:\:3:wlan0'
	assert_line --regexp '^fe80.*%wlan0:wlan0$'
}
