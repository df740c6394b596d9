#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# An attacker's /tmp. Each set-up is a function that prepares the places where bindto keeps its library,
# as another user or an accident could leave them. `try` then launches a program in each engine. The
# program tells which code it has mapped and what source address the server sees. Either it runs with
# bindto's own library, from the place that the test expects, or the supervisor pins it without a
# library, or bindto refuses with one line and 125. tests/library_file.bats has the plainer cases.
# shellcheck disable=SC2154 # output, stderr and status are bats's

load lib/network.bash
load lib/assertions.bash
load lib/programs.bash
on_network make_victims_programs

# The users, and the directories that bindto tries for the victim if the environment names none.
VICTIM=65534 ATTACKER=65533
OWN=/tmp/bindto-$VICTIM NEXT=/var/tmp/bindto-$VICTIM
PLACE=$BINDTO_TESTS_DIR/tmp/place
CACHE=$PLACE/home/.cache/bindto
EVIL=$PLACE/attacker/evil # the attacker's copy of bindto's directory, with his own library in it
ENGINES=('' '--engine preload') LIMITED=()

make_victims_programs() {
	make_program mapped <<-'END'
		#include "program.h"
		#include <stdlib.h>
		#include <string.h>
		/* Does this process hold, at start, what the file holds at offset? */
		static int same(const char *file, const char *start, size_t size, long offset)
		{
			char *content = malloc(size);
			FILE *from = fopen(file, "r");
			return from && fseek(from, offset, SEEK_SET) == 0 && fread(content, 1, size, from) == size &&
			       memcmp(start, content, size) == 0;
		}
		/* usage: /PATH/mapped LIBRARY: names all code that is not the system's, and then its peer's view. */
		int main(int argc, char **argv)
		{
			FILE *maps = fopen("/proc/self/maps", "r");
			char *line = NULL, *path;
			size_t room = 0;
			while (argc > 1 && getline(&line, &room, maps) > 0) {
				unsigned long start, end, offset;
				char mode[5];
				if (sscanf(line, "%lx-%lx %4s %lx", &start, &end, mode, &offset) != 4 || mode[2] != 'x' ||
				    !(path = strchr(line, '/')) || !strncmp(path, "/usr/", 5) || !strncmp(path, "/lib", 4))
					continue;
				path[strcspn(path, "\n")] = '\0';
				if (strcmp(path, argv[0]))
					printf("%s %s\n", same(argv[1], (char *)start, end - start, offset) ? "ours" : "foreign", path);
			}
			fflush(stdout);
			int fd = socket(AF_INET, SOCK_STREAM, 0);
			return connect(fd, (struct sockaddr *)who("192.0.2.1"), sizeof(struct sockaddr_in)) || tell(fd);
		}
	END
	make_program evil.so -shared -fPIC <<-'END'
		#include "program.h"
		__attribute__((constructor)) static void attack(void)
		{
			printf("ATTACKED\n");
		}
	END
}

setup() {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is one user only"
	need setpriv python3
	mount -t tmpfs -o mode=1777 tmpfs /tmp
	mount -t tmpfs -o mode=1777 tmpfs /var/tmp
	[ -d "$MADE/place" ] || keep_copies
	LIBRARY=$(find "$MADE/planted" -name libbindto.so -not -path '*/i686/*' -printf "$OWN/%P")
	VERSION=${LIBRARY%/libbindto.so} VERSION=${VERSION%/x86_64}
	fresh
}

# keep_copies: of the directory that a launch fills, and of the victim's and the attacker's directories,
# with the attacker's own library in a directory of the same kind.
keep_copies() {
	local here=$MADE/place
	ENVIRONMENT=() UNDER=()
	launch >/dev/null
	cp -a "$OWN" "$MADE/planted"
	install -d -m 700 -o $VICTIM -g $VICTIM "$here"/{home,tmp}
	install -m 600 -o $VICTIM -g $VICTIM <(echo 'a document of the victim') "$here/home/document"
	install -d -m 755 -o $ATTACKER -g $ATTACKER "$here/attacker"
	cp -a "$OWN" "$here/attacker/evil"
	find "$here/attacker" -name libbindto.so -exec cp "$MADE/evil.so" {} \;
	owned "$here/attacker"
}

teardown() {
	[ -z "${attack:-}" ] || stop "$attack"
	undo
	umount /tmp /var/tmp
	rm -rf "$PLACE"
}

# limit DIRECTORY OPTION: a mount option that the next set-up does not have any more.
limit() {
	mount -o "remount,$2" "$1" || return
	LIMITED+=("$1")
}

# undo: of what a set-up did, the environment, the limits and the mounts.
undo() {
	local directory
	for directory in "${LIMITED[@]}"; do
		case $directory in
		"$PLACE"*) umount "$directory" ;;
		*) mount -o remount,rw,exec,size=50%,nr_inodes=50000 "$directory" ;;
		esac
	done
	ENVIRONMENT=() UNDER=() LIMITED=()
}

# fresh: all that a set-up may have changed is as new.
fresh() {
	undo
	mkdir -p "$PLACE" /run/bindto
	find /tmp /var/tmp "$PLACE" /run/bindto -mindepth 1 -delete
	cp -a "$MADE/place/." "$PLACE"
	cp -a "$MADE/place/home/document" /tmp
}

# owned FILE: FILE becomes the attacker's, and everybody may read it.
owned() {
	chown -R $ATTACKER:$ATTACKER "$1"
	chmod -R a+rX "$1"
}

attacker() {
	setpriv --reuid=$ATTACKER --regid=$ATTACKER --clear-groups -- "$@"
}

victim() {
	setpriv --reuid=$VICTIM --regid=$VICTIM --clear-groups -- "$@"
}

# plant: an earlier launch has left bindto's directory. In it are $VERSION, and $LIBRARY, which the loader opens.
plant() {
	cp -a "$MADE/planted" "$OWN"
}

# launch [OPTION...]: the victim's program under bindto, in the client. What is in UNDER starts bindto.
launch() {
	local as=in_client_as_user
	[ $VICTIM != 0 ] || as=in_client
	$as env -u XDG_RUNTIME_DIR -u TMPDIR HOME="$PLACE/home" "${ENVIRONMENT[@]}" "${UNDER[@]}" \
		"$BINDTO" "$@" -a 203.0.113.3 -- "$MADE/mapped" "$BINDTO_LIBRARY"
}

# judge PLACE [OPTION...]: $status, $output and $stderr are of a launch that is as it must be. The
# library comes from PLACE; `none` is no library; with `any` it does not matter.
judge() {
	local place=$1 options="${*:2}" library='' LC_ALL=C # names may be no UTF-8
	if [ "$status" = 125 ] && [[ $place$options =~ ^(none|any)--engine\ preload$ ]]; then
		is_refusal || fail "it did not refuse in one line: $output $stderr"
		return
	fi
	[ "$status" = 0 ] && [ -z "$stderr" ] || fail "it ended with $status: $stderr" || return
	[[ $output =~ (^|$'\n')"peer 203.0.113.3 "[0-9]+$ ]] || fail "it is not pinned: $output" || return
	output=${output%peer *}
	[ -z "$output" ] || library=$(sort -u <<<"${output%$'\n'}")
	[[ -z $library || $library =~ ^"ours /"[^$'\n']*$ ]] || fail "this is no library of bindto's: $library" || return
	library=${library#ours }
	[ -z "$library" ] || is_safe "$library" || return
	case $place$options in
	*--strict | none) [ -z "$library" ] || fail "there is a library: $library" ;;
	any--*) [ "$library" ] || fail "there is no library" ;;
	any) ;;
	*) [[ $library == "$place"/* ]] || fail "the library is '$library', and not in $place" ;;
	esac
}

# is_refusal: nothing but one line, and the hint that belongs to it.
is_refusal() {
	local start="bindto: cannot install 'libbindto.so': " line='[[:print:]]*'
	[[ -z $output && $stderr =~ ^"$start"$line$'\n'"hint: "$line$ ]]
}

# is_safe PATH: bindto's library is at PATH, and nobody but the victim and root can replace it.
declare -gA SAFE=()
is_safe() {
	[ -z "${SAFE[$1]:-}" ] || return 0
	cmp "$1" "$BINDTO_LIBRARY" && nobody_else "$1" || return
	[ -z "${at_once:-}" ] || SAFE[$1]=yes # one look is enough for many launches
}

# nobody_else PATH: the file and each directory above it are the victim's or root's.
nobody_else() {
	local path=$1 all=()
	while [ "$path" ]; do
		all+=("$path")
		path=${path%/*}
	done
	! stat -c '%u %n' "${all[@]}" | grep -avE "^(0|$VICTIM) "
}

# others: every file that is not the victim's, and the victim's documents, which nothing may change. An
# entry that comes into a directory of the attacker's changes its time. What others have put into the
# victim's own directory may go.
others() {
	find "$PLACE" /tmp /var/tmp -path "$OWN" -user $VICTIM -prune -o \( -user $ATTACKER -o -name document \) \
		-printf '%p %y %i %m %U %s %T@ %l\n' -type f -exec sha256sum {} + | sort
}

everything() {
	find "$PLACE" /tmp /var/tmp | sort
}

# try SETUP PLACE: the set-up, a launch in each engine, and then an ordinary launch without the attacker.
try() {
	local setup=$1 place=$2 options before all
	fresh
	$setup || fail "$setup could not be prepared" || return
	before=$(others) all=$(everything)
	witness_mark
	for options in "${ENGINES[@]}"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr launch $options
		judge "$place" "$options" || fail "(this was $setup with '$options', status $status)" || return
		[ "$options" != --strict ] || diff <(echo "$all") <(everything) || fail "($setup: --strict wrote files)" || return
	done
	diff <(echo "$before") <(others) || fail "($setup: a file of somebody else's was changed)" || return
	assert_only 203.0.113.3 eth0 || fail "(this was $setup)" || return
	ordinary || fail "(this was $setup, and the ordinary launch after it)"
}

# ordinary: what made things difficult is gone, and a launch finds only what the victim's have left.
ordinary() {
	undo
	find /tmp /var/tmp -mindepth 1 ! -user $VICTIM -delete 2>/dev/null || :
	run --separate-stderr launch --engine preload
	[ "$status" = 0 ] && judge any --engine preload || return
	[ -z "$(find /tmp /var/tmp "$PLACE" -name '.new-*')" ] || fail "bindto left half a file"
}

# --- The attacker has taken the name of the victim's directory. ---

link_to_attacker() { attacker ln -s "$EVIL" "$OWN"; }
link_to_nothing() { attacker ln -s "$PLACE/attacker/nothing" "$OWN"; }
link_to_victims_home() { attacker ln -s "$PLACE/home" "$OWN"; }
link_to_victims_directory() { plant && mv "$OWN" "$PLACE/tmp/b" && attacker ln -s "$PLACE/tmp/b" "$OWN"; }
link_to_itself() { attacker ln -s "$OWN" "$OWN"; }
directory_of_attacker() { cp -a "$EVIL" "$OWN"; }
open_directory_of_attacker() { cp -a "$EVIL" "$OWN" && chmod -R a+rwX "$OWN"; }
sticky_directory_of_attacker() { attacker mkdir -m 1777 "$OWN"; }
right_library_of_attacker() { plant && owned "$OWN"; }
file() { attacker touch "$OWN"; }
fifo() { attacker mkfifo -m 666 "$OWN"; }
socket() { attacker python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('$OWN')"; }
hard_link_to_document() { ln /tmp/document "$OWN"; }
all_taken() { attacker mkdir "$OWN" "$NEXT"; }
all_taken_and_the_cache() { all_taken && victim mkdir "$PLACE/home/.cache" && cp -a "$EVIL" "$CACHE"; }
all_taken_and_no_home() { all_taken && ENVIRONMENT=(HOME=/nowhere); }

@test "an attacker who takes the name of the directory gets nothing loaded, and nothing written" {
	local setup ENGINES=(--strict "${ENGINES[@]}")
	for setup in link_to_{attacker,nothing,victims_home,victims_directory,itself} file fifo socket hard_link_to_document \
		directory_of_attacker open_directory_of_attacker sticky_directory_of_attacker right_library_of_attacker; do
		try "$setup" $NEXT
	done
	try all_taken "$CACHE"
	try all_taken_and_the_cache none
	try all_taken_and_no_home none
}

# --- The victim's own directory was open to the attacker for a time, or an accident changed it. ---

# instead COMMAND...: what the command makes at $LIBRARY takes the library's place.
instead() {
	plant && rm "$LIBRARY" && "$@" && chown -h "${by:-$VICTIM}" "$LIBRARY"
}

library_links_to_attacker() { by=$ATTACKER instead ln -s "$MADE/evil.so" "$LIBRARY"; }
library_links_to_nothing() { instead ln -s "$PLACE/attacker/nothing" "$LIBRARY"; }
library_links_to_document() { instead ln -s "$PLACE/home/document" "$LIBRARY"; }
library_is_the_document() { instead ln /tmp/document "$LIBRARY"; }
library_links_to_hard_link() {
	plant && attacker mkdir /tmp/shop && ln "$LIBRARY" /tmp/shop/link && victim ln -sf /tmp/shop/link "$LIBRARY"
}
library_is_fifo() { instead mkfifo "$LIBRARY"; }
library_is_socket() { instead python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('$LIBRARY')"; }
library_is_directory() { instead mkdir "$LIBRARY"; }
library_is_attackers() { by=$ATTACKER instead cp "$MADE/evil.so" "$LIBRARY"; }
right_library_is_attackers() { plant && owned "$LIBRARY"; }
right_library_is_open() { plant && chmod 766 "$LIBRARY"; }
right_library_has_acl() { plant && acl access "$LIBRARY" 6; }
right_library_has_mode_0() { plant && chmod 0 "$LIBRARY"; }
right_library_is_set_id() { plant && chmod 6711 "$LIBRARY"; }
longer() { plant && echo >>"$LIBRARY"; }
shorter() { plant && truncate -s -1 "$LIBRARY"; }
huge() { plant && truncate -s 1T "$LIBRARY"; }
last_byte() { plant && printf X | dd of="$LIBRARY" bs=1 seek=$(($(stat -c %s "$LIBRARY") - 1)) conv=notrunc status=none; }
version_links() { plant && mv "$VERSION" "$PLACE/tmp/v" && ln -s "$PLACE/tmp/v" "$VERSION"; }
version_is_attackers() { plant && rm -r "$VERSION" && cp -a "$EVIL/${VERSION##*/}" "$VERSION"; }
version_is_open() { plant && chmod 757 "$VERSION"; }
directory_is_set_id() { plant && chmod 7700 "$OWN"; }
directory_has_acl() { plant && acl access "$OWN" 7; }
default_acl_on_tmp() { acl default /tmp 7; }
platform_links() { plant && mv "$VERSION/x86_64" "$PLACE/tmp/p" && ln -s "$PLACE/tmp/p" "$VERSION/x86_64"; }
platform_is_attackers() { plant && rm -r "$VERSION/x86_64" && cp -a "$EVIL/${VERSION##*/}/x86_64" "$VERSION/"; }
alias_links_to_attacker() { plant && ln -sfT "$EVIL/${VERSION##*/}/x86_64" "$VERSION/haswell" && chown -h $ATTACKER "$VERSION/haswell"; }
alias_is_attackers() { plant && rm "$VERSION/haswell" && cp -a "$EVIL/${VERSION##*/}/x86_64" "$VERSION/haswell"; }

# acl access|default FILE BITS: an access list gives the attacker BITS (acl(5): user::7, user:ATTACKER:BITS,
# group::0, mask::7, other::0). Its mask shows as the group's bits.
acl() {
	python3 - "$@" $ATTACKER <<-'END'
		import os, struct, sys
		kind, path, bits, user = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
		entries = (1, 7, -1), (2, bits, user), (4, 0, -1), (16, 7, -1), (32, 7 if kind == "default" else 0, -1)
		os.setxattr(path, "system.posix_acl_" + kind, struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *e) for e in entries))
	END
}

@test "whatever lies in the library's place is replaced, or the directory is passed over" {
	local setup
	for setup in library_links_to_{attacker,nothing,document,hard_link} library_is_{the_document,fifo,socket,attackers} \
		right_library_is_{attackers,open} right_library_has_mode_0 right_library_is_set_id \
		longer shorter huge last_byte directory_is_set_id; do
		try "$setup" $OWN
	done
	for setup in library_is_directory version_links version_is_attackers version_is_open; do
		try "$setup" $NEXT
	done
	plant
	[ -d "$VERSION/x86_64" ] || return 0 # bindto was built without a 32-bit library
	try alias_links_to_attacker $OWN
	for setup in platform_links platform_is_attackers alias_is_attackers; do
		try "$setup" $NEXT
	done
}

@test "an access list that lets the attacker write counts as well" {
	plant
	acl access "$LIBRARY" 6 2>/dev/null || skip "this kernel's tmpfs has no access lists"
	try right_library_has_acl $OWN
	try directory_has_acl $NEXT
	try default_acl_on_tmp $OWN
	acl default /tmp 7
	launch --engine preload
	[ -z "$(attacker find $OWN -writable -print 2>/dev/null)" ]
}

# --- There is no room, or no permission to write. ---

everywhere() {
	mount -t tmpfs -o mode=777 tmpfs "$PLACE/home"
	limit "$PLACE/home" "$1" && limit /tmp "$1" && limit /var/tmp "$1"
}
little_room() { limit /tmp "$ROOM"; }
no_room() { limit /tmp size=4k; } # the document takes it
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

@test "without room, inodes or permission to write, another directory or the supervisor does" {
	local setup ENGINES=(--strict "${ENGINES[@]}")
	for setup in no_room no_inode read_only read_only_with_evil noexec_with_library; do
		try "$setup" $NEXT
	done
	try read_only_with_library $OWN
	for setup in no_room_anywhere no_inode_anywhere nothing_writable small_files_only; do
		try "$setup" none
	done
	UNDER=(bash -c 'ulimit -c 0 -f 1 && exec "$@"' bash)
	run --separate-stderr launch
	assert_failure 125
	assert_equal "$output$stderr" "bindto: cannot build a seccomp filter: File too large"
}

@test "wherever the room ends, the next launch goes on" {
	local ENGINES=('--engine preload') ROOM
	for ROOM in size={4,72,76,80,152,156,160}k nr_inodes={2..13}; do
		try little_room any
		[[ $output == *"$OWN"* ]] || nobody_else "$OWN"
	done
}

@test "the umask does not make the cache directory one that nobody can enter" {
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
below_group() { install -d -m 2775 -o $VICTIM -g $ATTACKER "$PLACE/tmp/group" && chmod 755 "$PLACE/tmp" && tmpdir "$PLACE/tmp/group"; }
below_open() { chmod 777 "$PLACE/tmp" && NAME=inner named; }
below_acl() { acl access "$PLACE/tmp" 7 2>/dev/null || chmod 770 "$PLACE/tmp"; tmpdir "$PLACE/tmp"; }
attackers_home() { all_taken && cp -a "$EVIL" "$PLACE/attacker/.cache" && mv "$PLACE/attacker/.cache/"* "$PLACE/attacker/" && ENVIRONMENT=(HOME="$PLACE/attacker"); }

@test "a TMPDIR that LD_PRELOAD cannot hold is passed over, and every other is used" {
	local NAME ENGINES=('--engine preload')
	ordinary() { undo; } # what is left is in a directory of its own
	for NAME in 'a b' $'a\tb' $'a\nb' 'a:b' 'a;b' '$ORIGIN' '${LIB}' 'a$PLATFORM' '$'; do
		try named $OWN
	done
	for NAME in '%s%n' 'back\slash' "quo'te" '"' 'ünïcode' $'\xff\xfe' $'\e[31m' '~' '*' ',' '#' '=' '-a' '@{x}'; do
		try named "$PLACE/tmp/$NAME/x"
	done
	for NAME in '' . .. relative ./tmp /nowhere /proc/self/fd/0 /dev/null '$ORIGIN' '~'; do
		try literal $OWN
	done
	NAME=//$PLACE/./tmp///../tmp// try literal "$PLACE/tmp"
	NAME=/proc/self/cwd try literal "$PLACE/tmp"
	NAME=$(printf '/%05000d' 0) try literal $OWN
}

# The loader skips an entry of PATH_MAX bytes without a word.
@test "a library whose path is too long for the loader is passed over" {
	local ENGINES=('--engine preload') LENGTH
	ordinary() { undo; }
	LENGTH=1100 try long "$PLACE/tmp"
	for LENGTH in {4036..4048} 4060 4090; do
		try long any
	done
}

@test "a line for stderr stays one line, whatever the directories are called" {
	local NAME=$'a\nhint: b\e[31m\rc'
	all_but_this() { all_taken_and_no_home && ENVIRONMENT+=(TMPDIR="$PLACE/tmp/$NAME" XDG_RUNTIME_DIR="$NAME"); }
	try all_but_this none
}

@test "a directory of another user, or below one, is passed over, as after su" {
	local setup
	for setup in is_file is_fifo no_permission attackers_runtime attackers_runtime_with_evil attackers_runtime_with_ours \
		attackers_sticky attackers_way_out below_group below_open below_acl; do
		try "$setup" $OWN
	done
	try attackers_way_home "$PLACE/tmp"
	try attackers_home none
}

# Users without a number in the namespace all look like 65534, and so does who has none himself.
nobody_has_a_number() { right_library_of_attacker && UNDER=(unshare --user); }

@test "in a user namespace where the victim has no number, another user's directory is not the victim's own" {
	need unshare
	victim unshare --user true 2>/dev/null || skip "this kernel lets users make no user namespace"
	try nobody_has_a_number none
}

# --- bindto is not alone with the attacker: root, and an executable beside the attacker's files. ---

roots_directory_is_open() { install -d -m 777 /run/bindto; }
roots_directory_links() { rmdir /run/bindto && ln -s "$EVIL" /run/bindto; }

@test "root is as careful" {
	local VICTIM=0 OWN=/run/bindto
	try attackers_runtime_with_evil $OWN
	try roots_directory_is_open /tmp/bindto-0
	attackers_bindto_0() { roots_directory_is_open && cp -a "$EVIL" /tmp/bindto-0; }
	try attackers_bindto_0 /var/tmp/bindto-0
	try roots_directory_links /tmp/bindto-0
	rm /run/bindto
}

@test "a library of the attacker's beside the executable is not taken for an installed one" {
	local BINDTO=/tmp/bin/bindto
	beside() {
		install -D "$BINDTO_TESTS_DIR/bin/bindto" "$BINDTO" && attacker mkdir /tmp/lib &&
			cp -a "${1:-$EVIL/}"* /tmp/lib/bindto && owned /tmp/lib
	}
	beside_ours() { beside "$MADE/planted/"; }
	ordinary() { :; } # the executable goes with the set-up
	try beside $OWN
	try beside_ours $OWN
}

# --- Many launches at once. ---

# storm PLACE: 200 launches at once, every other by the library alone, each judged.
storm() {
	local i engines=('' '--engine preload') at_once=yes out=$PLACE/storm
	install -d -o $VICTIM "$out"
	witness_mark
	LIMIT=60 in_client_as_user env -u XDG_RUNTIME_DIR -u TMPDIR HOME="$PLACE/home" "${ENVIRONMENT[@]}" bash -c 'cd "$1" && shift
		engines=("" "--engine preload")
		for i in {0..199}; do
			{ timeout 40 "$1" ${engines[i % 2]} "${@:2}" >$i.out 2>$i.err; echo $? >$i.status; } &
		done
		wait' bash "$out" "$BINDTO" -a 203.0.113.3 -- "$MADE/mapped" "$BINDTO_LIBRARY"
	for i in {0..199}; do
		status=$(<"$out/$i.status") output=$(<"$out/$i.out") stderr=$(<"$out/$i.err")
		judge "$1" "${engines[i % 2]}" || fail "(this was launch $i)" || return
	done
	assert_only 203.0.113.3 eth0
}

@test "200 launches at once all have the library" {
	storm $OWN
	ordinary
}

@test "200 launches at once are safe from an attacker who swaps links and directories meanwhile" {
	local shop=$PLACE/attacker/shop way=$PLACE/attacker/way
	cat >"$PLACE/swap.py" <<-'END'
		import os, sys
		evil, tmp, way, shop, ours, held, lost = sys.argv[1:]
		def lead(name, target):
		    os.symlink(target, name + ".new")
		    os.rename(name + ".new", name)
		# The victim can take the lost name at times. The attacker never has it again then.
		steps = [(os.symlink, evil, lost), (os.unlink, lost), (os.mkdir, lost), (os.rmdir, lost),
		         (os.symlink, tmp, lost), (os.unlink, lost), (os.mkfifo, lost), (os.unlink, lost)]
		while True:
		    for target in tmp, evil:
		        lead(way, target)
		        lead(held, target)
		    for old, new in (ours, "ours"), ("evil", ours), (ours, "evil"), ("ours", ours):
		        os.rename(f"{shop}/{old}", f"{shop}/{new}")
		    for call, *arguments in steps:
		        try:
		            call(*arguments)
		        except OSError:
		            pass
	END
	# In the attacker's shop is a directory of the victim's, from when others could write to the shop.
	mkdir "$shop"
	cp -a "$EVIL" "$shop/evil"
	owned "$shop"
	cp -a "$MADE/planted" "$shop/bindto-$VICTIM"
	start client setpriv --reuid=$ATTACKER --regid=$ATTACKER --clear-groups python3 "$PLACE/swap.py" \
		"$EVIL" "$PLACE/tmp" "$way" "$shop" bindto-$VICTIM $OWN $NEXT
	attack=$started
	wait_until test -e "$way"
	ENVIRONMENT=(XDG_RUNTIME_DIR="$way" TMPDIR="$shop")
	storm any
	stop "$attack"
	ordinary
}
