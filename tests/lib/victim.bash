# SPDX-License-Identifier: MIT
# A victim launches bindto on a host with an attacker, and these functions judge the launch. Each set-up is a
# function that prepares the directories in which bindto keeps its library, as another user or an accident could
# leave them. `try` then launches a program under each engine. The program tells which code it has mapped, and which
# source address the server sees. It must run with bindto's own library, from the directory that the test expects;
# or the supervisor pins it without a library; or bindto refuses with one line and 125.
# shellcheck shell=bash disable=SC2034,SC2119,SC2120,SC2154 # words of bats and of the tests

load lib/programs.bash

# The two users, and the directories that bindto tries for the victim if the environment names none.
VICTIM=65534 ATTACKER=65533
OWN=/tmp/bindto-$VICTIM NEXT=/var/tmp/bindto-$VICTIM
PLACE=$BINDTO_TESTS_DIR/tmp/place
CACHE=$PLACE/home/.cache/bindto
EVIL=$PLACE/attacker/evil # the attacker's copy of bindto's directory, with his own library in it
ENGINES=('' '--engine preload') LIMITED=()

# make_victims_programs: for on_network. Makes `mapped`, the victim's program, and evil.so, the attacker's library.
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
	unset TMPDIR XDG_RUNTIME_DIR # what the victim has is in ENVIRONMENT
	mount -t tmpfs -o mode=1777 tmpfs /tmp
	mount -t tmpfs -o mode=1777 tmpfs /var/tmp
	[ -d "$MADE/place" ] || keep_copies
	LIBRARY=$(find "$MADE/planted" -name libbindto.so -not -path '*/i686/*' -printf "$OWN/%P")
	VERSION=${LIBRARY%/libbindto.so} VERSION=${VERSION%/x86_64}
	fresh
}

# keep_copies: keeps copies of the directory that a launch fills, and of the victim's and the attacker's
# directories. The attacker has a copy of the first with his own library in it.
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

# limit DIRECTORY OPTION: mounts DIRECTORY with OPTION, until `undo`.
limit() {
	mount -o "remount,$2" "$1" || return
	LIMITED+=("$1")
}

# undo: takes back a set-up's environment, limits and mounts.
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

# fresh: makes everything that a set-up may change as it was before.
fresh() {
	undo
	[[ -d $PLACE && -d /run/bindto ]] || mkdir -p "$PLACE" /run/bindto
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

# plant: puts bindto's directory there as an earlier launch leaves it. It holds $VERSION and the file $LIBRARY, which
# the loader opens.
plant() {
	cp -a "$MADE/planted" "$OWN"
}

# launch [OPTION...]: runs the victim's program under bindto in the client. The words in UNDER start bindto.
launch() {
	"$PROBE/inside" client 60 "$VICTIM" PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$PLACE/home" "${ENVIRONMENT[@]}" \
		"${UNDER[@]}" "$BINDTO" "$@" -a 203.0.113.3 -- "$MADE/mapped" "$BINDTO_LIBRARY"
}

# launched [OPTION...]: $status, $output and $stderr are a launch's, as those of `run --separate-stderr`, which starts
# a process more.
launched() {
	status=0
	output=$(launch "$@" 2>"$BATS_TEST_TMPDIR/stderr") || status=$?
	read -r -d '' stderr <"$BATS_TEST_TMPDIR/stderr" || : # there is no end but the file's
}

# judge PLACE [OPTION...]: $status, $output and $stderr are those of a launch as it must be. The library comes from
# PLACE. If PLACE is `none`, there is no library; if it is `any`, the library may be anywhere.
judge() {
	local place=$1 options="${*:2}" library='' line LC_ALL=C # names may hold bytes that are no UTF-8
	if [ "$status" = 125 ] && [[ $place$options =~ ^(none|any)--engine\ preload$ ]]; then
		is_refusal || fail "it did not refuse in one line: $output $stderr"
		return
	fi
	[ "$status" = 0 ] && [ -z "$stderr" ] || fail "it ended with $status: $stderr" || return
	[[ $output =~ (^|$'\n')"peer 203.0.113.3 "[0-9]+$ ]] || fail "it is not pinned: $output" || return
	while IFS= read -r line; do # each library once
		[[ $line == "peer "* || $'\n'$library$'\n' == *$'\n'"$line"$'\n'* ]] || library+=${library:+$'\n'}$line
	done <<<"$output"
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

# is_refusal: bindto printed one line and its hint, and nothing else.
is_refusal() {
	local start="bindto: cannot install 'libbindto.so': " line='[[:print:]]*'
	[[ -z $output && $stderr =~ ^"$start"$line$'\n'"hint: "$line$ ]]
}

# is_safe PATH: bindto's library is at PATH, and nobody but the victim and root can replace it.
declare -gA SAFE=()
is_safe() {
	[ -z "${SAFE[$1]:-}" ] || return 0
	cmp "$1" "$BINDTO_LIBRARY" && nobody_else "$1" || return
	[ -z "${at_once:-}" ] || SAFE[$1]=yes # many launches at once share one look
}

# nobody_else PATH: the file and each directory above it belong to the victim or root.
nobody_else() {
	local path=$1 all=() owners
	while [ "$path" ]; do
		all+=("$path")
		path=${path%/*}
	done
	owners=$(stat -c %u "${all[@]}") || return
	[[ $owners =~ ^((0|$VICTIM)($'\n'|$))+$ ]] || fail "one of these can replace it: $(stat -c '%u %n' "${all[@]}")"
}

# others: prints what bindto may not change: every file of the attacker's, and the victim's documents. A new entry
# in a directory of the attacker's would show as a new time. Files in the victim's own directory do not count:
# bindto may remove them.
others() {
	find "$PLACE" /tmp /var/tmp -path "$OWN" -user $VICTIM -prune -o \( -user $ATTACKER -o -name document \) \
		-printf '%p %y %i %m %U %s %T@ %l\n' -type f -exec sha256sum {} + | sort
}

everything() {
	find "$PLACE" /tmp /var/tmp | sort
}

# try SETUP PLACE: prepares SETUP, judges a launch under each engine, and then an ordinary launch without attacker.
try() {
	local setup=$1 place=$2 options before after whole=''
	fresh
	$setup || fail "$setup could not be prepared" || return
	before=$(others)
	[[ " ${ENGINES[*]} " != *" --strict "* ]] || whole=$(everything)
	witness_mark
	for options in "${ENGINES[@]}"; do
		# shellcheck disable=SC2086 # words
		launched $options
		judge "$place" "$options" || fail "(this was $setup with '$options', status $status)" || return
		[ "$options" != --strict ] || is_same "$whole" "$(everything)" || fail "($setup: --strict wrote files)" || return
	done
	after=$(others)
	is_same "$before" "$after" || fail "($setup: a file of somebody else's was changed)" || return
	assert_only 203.0.113.3 eth0 || fail "(this was $setup)" || return
	ordinary || fail "(this was $setup, and the ordinary launch after it)"
}

is_same() {
	[ "$1" = "$2" ] || diff <(echo "$1") <(echo "$2")
}

# ordinary: takes the set-up back, and judges a launch that finds only what the victim's launches left.
ordinary() {
	undo
	find /tmp /var/tmp -mindepth 1 ! -user $VICTIM -delete 2>/dev/null || :
	launched --engine preload
	[ "$status" = 0 ] && judge any --engine preload || return
	[ -z "$(find /tmp /var/tmp "$PLACE" -name '.new-*')" ] || fail "bindto left half a file"
}

# --- Set-ups that more than one file uses. ---

all_taken() { attacker mkdir "$OWN" "$NEXT"; }
all_taken_and_no_home() { all_taken && ENVIRONMENT=(HOME=/nowhere); }
right_library_of_attacker() { plant && owned "$OWN"; }

# instead COMMAND...: removes the library, and COMMAND puts something else at $LIBRARY.
instead() {
	plant && rm "$LIBRARY" && "$@" && chown -h "${by:-$VICTIM}" "$LIBRARY"
}

# acl access|default FILE BITS: gives the attacker BITS by an access list (acl(5): user::7, user:ATTACKER:BITS,
# group::0, mask::7, other::0). The list's mask shows as the group's bits.
acl() {
	python3 - "$@" $ATTACKER <<-'END'
		import os, struct, sys
		kind, path, bits, user = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
		entries = (1, 7, -1), (2, bits, user), (4, 0, -1), (16, 7, -1), (32, 7 if kind == "default" else 0, -1)
		os.setxattr(path, "system.posix_acl_" + kind, struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *e) for e in entries))
	END
}
