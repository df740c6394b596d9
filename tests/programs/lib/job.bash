# SPDX-License-Identifier: MIT
# What an entry can say. It sets
#   category, text      what it is, and what its job is, in few words
#   packages, needs     Debian packages; commands that must be there, wherever they come from
#   limit               seconds that a cell may take
#   own_dns=yes         the program asks name servers by itself: no query may leave unpinned
# and defines version, servers (once an entry) and job (once a cell; its status is the result).
# shellcheck shell=bash disable=SC2034,SC2154 # the entries' and pin.bash's variables

USER_ID=59123
HOME_OF_USER=$BINDTO_TESTS_DIR/user
WORLD=$BINDTO_TESTS_DIR/world
ENTRY_DIR=$BINDTO_TESTS_DIR/entry
# An ordinary user has no rights, but may get some by running a program that has them.
ORDINARY=(setpriv "--reuid=$USER_ID" "--regid=$USER_ID" --clear-groups --inh-caps=-all
	env -u BINDTO_TESTS_DIR -u PYTHONPATH "HOME=$HOME_OF_USER" USER=pinned LOGNAME=pinned SHELL=/bin/bash
	"XDG_RUNTIME_DIR=$HOME_OF_USER/run" TMPDIR=/tmp PATH=/usr/local/bin:/usr/bin:/bin:/usr/games:/usr/sbin:/sbin)

load_entry() {
	packages=() needs=() category='' text='' limit=40 own_dns=no
	servers() { :; }
	version() { dpkg-query -W -f '${Version}' "${packages[0]}" | sed 's/^[0-9]*://'; }
	# shellcheck source=/dev/null
	. "$PROGRAMS/entries/$1.bash"
}

# user COMMAND...: as the ordinary user of the client, without bindto.
user() {
	nsenter --net=/run/netns/client -- "${ORDINARY[@]}" "$@"
}

# pinned COMMAND...: the same under bindto, with the cell's engine and pin.
pinned() {
	user "${pinning[@]}" "$@"
}

# pinned_root COMMAND...: as root, for what is root's to run.
pinned_root() {
	nsenter --net=/run/netns/client -- "${pinning[@]}" "$@"
}

# begin COMMAND...: in the background until `end`, or the job's end; its process id is in $begun.
begin() {
	"$@" </dev/null &
	begun=$!
	echo "$begun" >>"$ENTRY_DIR/jobs"
}

# end PID: ends what `begin` began, with what it started in turn.
end() {
	kill $(descendants "$1") 2>/dev/null || :
	wait_until gone "$1" || kill -KILL "$1"
}

descendants() {
	local child
	echo "$1"
	for child in $(ps -o pid= --ppid "$1"); do
		descendants "$child"
	done
}

end_jobs() {
	local pid
	while read -r pid; do
		gone "$pid" || end "$pid"
	done <"$ENTRY_DIR/jobs"
}

# fail REASON: the job is not done.
fail() {
	echo "$1" >"$ENTRY_DIR/reason"
	exit 1
}

# not_here REASON: it cannot be done here, and why.
not_here() {
	echo "$1" >"$ENTRY_DIR/reason"
	exit 77
}

# came_from ADDRESS...: each is the pin's.
came_from() {
	local address
	[ $# -gt 0 ] || fail "nothing came"
	[ "$engine" != bare ] || return 0
	for address in "$@"; do
		[[ "$address" == "$pin4" || "$address" == "${pin6:-none}" ]] || fail "came from $address"
	done
}

# says_pin COMMAND...: it prints nothing but the pin's addresses, under bindto.
says_pin() {
	local said
	said=$(pinned "$@") || fail "$1 exits with $?"
	# shellcheck disable=SC2086 # an address a word
	came_from $said
}

# has TEXT COMMAND...: its output has TEXT in it; has_not: the opposite.
has() {
	local said
	said=$("${@:2}" 2>&1) || :
	[[ $said == *"$1"* ]] || fail "no '$1' in: $(tail -n 3 <<<"$said" | tr '\n' ' ')"
}

# same FILE FILE: the job's fruit is the same as what was there to be had.
same() {
	cmp "$1" "$2" || fail "$2 is not what the server has"
}
