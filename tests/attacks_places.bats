#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# On a host with an attacker, bindto looks for a directory for its library: some are full, some are read-only,
# and TMPDIR and XDG_RUNTIME_DIR name odd ones. lib/victim.bash has the two users and says what a launch must be
# like; attacks.bats has what the attacker does to the usual directories.
# shellcheck disable=SC2034,SC2154,SC2317 # words of victim.bash, which calls what is defined here

load lib/network.bash
load lib/assertions.bash
load lib/victim.bash
on_network make_victims_programs

# --- There is no room, or no permission to write. ---

everywhere() {
	mount -t tmpfs -o mode=777 tmpfs "$PLACE/home"
	limit "$PLACE/home" "$1" && limit /tmp "$1" && limit /var/tmp "$1"
}
little_room() { limit /tmp "$ROOM"; }
no_room() { limit /tmp size=4k; } # the victim's document takes all of it
no_inode() { limit /tmp nr_inodes=2; }
no_room_anywhere() { everywhere size=16k; }
no_inode_anywhere() { everywhere nr_inodes=2; }
nothing_writable() { everywhere ro; }
read_only() { limit /tmp ro; }
read_only_with_library() { plant && limit /tmp ro; }
read_only_with_evil() { instead cp "$MADE/evil.so" "$LIBRARY" && limit /tmp ro; }
noexec_with_library() { plant && limit /tmp noexec; }
small_files_only() { UNDER=(bash -c 'ulimit -c 0 -f 32 && exec "$@"' bash); }
no_entry() { all_taken && UNDER=(bash -c 'umask 0777 && exec "$@"' bash); }

@test "if a directory is full or read-only, bindto takes another one, or pins by the supervisor alone" {
	local setup ENGINES=(--strict "${ENGINES[@]}")
	for setup in no_room no_inode read_only read_only_with_evil noexec_with_library; do
		try "$setup" "$NEXT"
	done
	try read_only_with_library "$OWN"
	for setup in no_room_anywhere no_inode_anywhere nothing_writable small_files_only; do
		try "$setup" none
	done
	UNDER=(bash -c 'ulimit -c 0 -f 1 && exec "$@"' bash)
	run --separate-stderr launch
	assert_failure 125
	assert_equal "$output$stderr" "bindto: cannot build a seccomp filter: File too large"
}

@test "a launch that runs out of room leaves nothing that breaks the next launch" {
	local ENGINES=('--engine preload') ROOM
	for ROOM in size={4,72,76,80,152,156,160}k nr_inodes={2..13}; do
		try little_room any
		[[ $output == *"$OWN"* ]] || nobody_else "$OWN"
	done
}

@test "a strict umask does not keep the user out of the cache directory that bindto makes" {
	try no_entry "$CACHE"
	[ "$(stat -c %a "$PLACE/home/.cache")" = 700 ]
}

# --- TMPDIR and XDG_RUNTIME_DIR are odd, or another user's. ---

tmpdir() { ENVIRONMENT=(TMPDIR="$1"); }
runtime() { ENVIRONMENT=(XDG_RUNTIME_DIR="$1" TMPDIR="$1"); }
named() { victim mkdir -p "$PLACE/tmp/$NAME/x" && tmpdir "$PLACE/tmp/$NAME/x"; }
literal() { UNDER=(env -C "$PLACE/tmp") && tmpdir "$NAME"; }
long() { NAME=$(python3 -c 'n = int(input()) - 2; print(("d" * 99 + "/") * (n // 100) + "e" * (n % 100))' <<<$((LENGTH - ${#PLACE} - 5))) && named; }
is_file() { tmpdir "$PLACE/home/document"; }
is_fifo() { mkfifo -m 666 "$PLACE/attacker/fifo" && runtime "$PLACE/attacker/fifo"; }
no_permission() { install -d -m 0 -o $VICTIM "$PLACE/tmp/closed/x" && chmod 0 "$PLACE/tmp/closed" && tmpdir "$PLACE/tmp/closed/x"; }
attackers_runtime() { chmod 700 "$PLACE/attacker" && runtime "$PLACE/attacker"; }
attackers_runtime_with_evil() { owned "$EVIL" && mv "$EVIL" "$PLACE/attacker/bindto" && runtime "$PLACE/attacker"; }
attackers_runtime_with_ours() { plant && mv "$OWN" "$PLACE/attacker/bindto" && runtime "$PLACE/attacker"; }
attackers_sticky() { chmod 1777 "$PLACE/attacker" && runtime "$PLACE/attacker"; }
attackers_way_home() { attacker ln -s "$PLACE/tmp" "$PLACE/attacker/way" && tmpdir "$PLACE/attacker/way/../tmp"; }
attackers_way_out() { attacker ln -s "$PLACE/attacker" "$PLACE/attacker/way" && tmpdir "$PLACE/attacker/way/way"; }
below_group() { install -d -m 2775 -o "$VICTIM" -g "$ATTACKER" "$PLACE/tmp/group" && chmod 755 "$PLACE/tmp" && tmpdir "$PLACE/tmp/group"; }
below_open() { chmod 777 "$PLACE/tmp" && NAME=inner named; }
below_acl() { acl access "$PLACE/tmp" 7 2>/dev/null || chmod 770 "$PLACE/tmp"; tmpdir "$PLACE/tmp"; }
attackers_home() { all_taken && cp -a "$EVIL" "$PLACE/attacker/.cache" && mv "$PLACE/attacker/.cache/"* "$PLACE/attacker/" && ENVIRONMENT=(HOME="$PLACE/attacker"); }

@test "bindto passes over a TMPDIR that LD_PRELOAD cannot hold, and uses every other" {
	local NAME ENGINES=('--engine preload')
	ordinary() { undo; } # each set-up leaves its files in a directory of its own
	for NAME in 'a b' $'a\tb' $'a\nb' 'a:b' 'a;b' '$ORIGIN' '${LIB}' 'a$PLATFORM' '$'; do
		try named "$OWN"
	done
	for NAME in '%s%n' 'back\slash' "quo'te" '"' 'ünïcode' $'\xff\xfe' $'\e[31m' '~' '*' ',' '#' '=' '-a' '@{x}'; do
		try named "$PLACE/tmp/$NAME/x"
	done
	for NAME in '' . .. relative ./tmp /nowhere /proc/self/fd/0 /dev/null '$ORIGIN' '~'; do
		try literal "$OWN"
	done
	NAME=//$PLACE/./tmp///../tmp// try literal "$PLACE/tmp"
	NAME=/proc/self/cwd try literal "$PLACE/tmp"
	NAME=$(printf '/%05000d' 0) try literal "$OWN"
}

# The loader skips an entry of LD_PRELOAD of PATH_MAX bytes, and says nothing.
@test "bindto passes over a directory in which the library's path is too long for the loader" {
	local ENGINES=('--engine preload') LENGTH
	ordinary() { undo; }
	LENGTH=1100 try long "$PLACE/tmp"
	for LENGTH in {4036..4048} 4060 4090; do
		try long any
	done
}

@test "a message stays one line even if a directory's name has a line break" {
	local NAME=$'a\nhint: b\e[31m\rc'
	all_but_this() { all_taken_and_no_home && ENVIRONMENT+=(TMPDIR="$PLACE/tmp/$NAME" XDG_RUNTIME_DIR="$NAME"); }
	try all_but_this none
}

@test "bindto passes over a directory of another user, and one below it, as after su" {
	local setup
	for setup in is_file is_fifo no_permission attackers_runtime attackers_runtime_with_evil attackers_runtime_with_ours \
		attackers_sticky attackers_way_out below_group below_open below_acl; do
		try "$setup" "$OWN"
	done
	try attackers_way_home "$PLACE/tmp"
	try attackers_home none
}

# In a user namespace, every user without a number there looks like 65534, the victim and the attacker alike.
nobody_has_a_number() { right_library_of_attacker && UNDER=(unshare --user); }

@test "in a user namespace that has no number for the victim, bindto does not take the attacker's directory" {
	need unshare
	victim unshare --user true 2>/dev/null || skip "this kernel lets users make no user namespace"
	try nobody_has_a_number none
}

# --- Root launches bindto, or the executable lies beside the attacker's files. ---

roots_directory_is_open() { install -d -m 777 /run/bindto; }
roots_directory_links() { rmdir /run/bindto && ln -s "$EVIL" /run/bindto; }

@test "bindto passes over unsafe directories for root, too" {
	local VICTIM=0 OWN=/run/bindto
	try attackers_runtime_with_evil "$OWN"
	try roots_directory_is_open /tmp/bindto-0
	attackers_bindto_0() { roots_directory_is_open && cp -a "$EVIL" /tmp/bindto-0; }
	try attackers_bindto_0 /var/tmp/bindto-0
	try roots_directory_links /tmp/bindto-0
	rm /run/bindto
}

@test "bindto does not load an attacker's library that lies beside its executable" {
	local BINDTO=/tmp/bin/bindto
	beside() {
		install -D "$BINDTO_TESTS_DIR/bin/bindto" "$BINDTO" && attacker mkdir /tmp/lib &&
			cp -a "${1:-$EVIL/}"* /tmp/lib/bindto && owned /tmp/lib
	}
	beside_ours() { beside "$MADE/planted/"; }
	ordinary() { :; } # undoing the set-up removes the executable
	try beside "$OWN"
	try beside_ours "$OWN"
}
