# SPDX-License-Identifier: MIT
# For entries. An entry sets
#   category, text      the kind of program, and its job in few words
#   packages, needs     Debian packages; commands that must exist, wherever they come from
#   limit               seconds that a cell may take
#   own_dns=yes         the program asks name servers by itself: no query may leave unpinned
#   unreached=yes       the library does not get into the program, or into what it starts
# and defines version, servers (called once) and job (called for each engine and pin; its status is the result).
# shellcheck shell=bash disable=SC2034,SC2154,SC2317 # the entries' and pin.bash's variables

USER_ID=59123
HOME_OF_USER=$BINDTO_TESTS_DIR/user
WORLD=$BINDTO_TESTS_DIR/world
ENTRY_DIR=$BINDTO_TESTS_DIR/entry
# An ordinary user has no rights, but may get some by running a program that has them.
ORDINARY=(setpriv "--reuid=$USER_ID" "--regid=$USER_ID" --clear-groups --inh-caps=-all
	env -u BINDTO_TESTS_DIR -u PYTHONPATH "HOME=$HOME_OF_USER" USER=pinned LOGNAME=pinned SHELL=/bin/bash
	"XDG_RUNTIME_DIR=$HOME_OF_USER/run" TMPDIR=/tmp PATH=/usr/local/bin:/usr/bin:/bin:/usr/games:/usr/sbin:/sbin)

load_entry() {
	packages=() needs=() category='' text='' limit=40 own_dns=no unreached=no
	servers() { :; }
	version() { dpkg-query -W -f '${Version}' "${packages[0]}" | sed 's/^[0-9]*://'; }
	# shellcheck source=/dev/null
	. "$PROGRAMS/entries/$1.bash"
}

# user COMMAND...: runs COMMAND as the ordinary user of the client, without bindto.
user() {
	nsenter --net=/run/netns/client -- "${ORDINARY[@]}" "$@"
}

# pinned COMMAND...: the same under bindto, with the cell's engine and pin.
pinned() {
	user "${pinning[@]}" "$@"
}

# pinned_root COMMAND...: the same as root, for what only root can run.
pinned_root() {
	nsenter --net=/run/netns/client -- "${pinning[@]}" "$@"
}

# begin COMMAND...: runs COMMAND in the background until `end` or the job's end; its process id is in $begun.
begin() {
	"$@" </dev/null &
	begun=$!
	echo "$begun" >>"$ENTRY_DIR/jobs"
}

# end PID: ends what `begin` began, and all that it started.
end() {
	# shellcheck disable=SC2046 # a process a word
	kill $(descendants "$1") 2>/dev/null || :
	wait_until gone "$1" || kill -KILL "$1" 2>/dev/null || :
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

# fail REASON: the job could not be done.
fail() {
	echo "$1" >"$ENTRY_DIR/reason"
	exit 1
}

# not_here REASON: the job cannot be done on this machine.
not_here() {
	echo "$1" >"$ENTRY_DIR/reason"
	exit 77
}

# came_from ADDRESS...: each ADDRESS is the pin's.
came_from() {
	local address
	[ $# -gt 0 ] || fail "nothing came"
	[ "$engine" != bare ] || return 0
	for address in "$@"; do
		[[ "$address" == "$pin4" || "$address" == "${pin6:-none}" ]] || fail "came from $address"
	done
}

# says_pin COMMAND...: under bindto, COMMAND prints the pin's addresses and nothing else.
says_pin() {
	local said
	said=$(pinned "$@") || fail "$1 exits with $?"
	# shellcheck disable=SC2086 # an address a word
	came_from $said
}

# has TEXT COMMAND...: COMMAND's output contains TEXT; has_not: it does not.
has() {
	local said
	said=$("${@:2}" 2>&1) || :
	[[ $said == *"$1"* ]] || fail "no '$1' in: $(tail -n 3 <<<"$said" | tr '\n' ' ')"
}

# same FILE FILE: the two files are equal.
same() {
	cmp "$1" "$2" || fail "$2 is not what the server has"
}

# filled FILE...: each FILE exists and is not empty.
filled() {
	local file
	for file in "$@"; do
		[ -s "$file" ] || return
	done
}

# plain_addresses <ADDRESSES: prints v4-mapped addresses as IPv4, and IPv6 addresses in their short form.
plain_addresses() {
	python3 -c 'import ipaddress, sys
for word in sys.stdin.read().replace("[", "").replace("]", "").split():
    address = ipaddress.ip_address(word)
    print(getattr(address, "ipv4_mapped", None) or address)'
}

# of_user COMMAND [NAMESPACE]: prints the process ids of the user's programs of that name, in the client or NAMESPACE.
of_user() {
	local pid
	for pid in $(ip netns pids "${2:-client}"); do
		[[ $(ps -o uid=,comm= -p "$pid") != *"$USER_ID $1" ]] || echo "$pid"
	done
}

# sent REGEX: since the job began, the capture has seen a packet that matches.
sent() {
	grep -qE "$1" <<<"$(witness_ask since)" || fail "no packet '$1' was sent"
}

# local_listener PORT [u]: something listens on this port of the client.
local_listener() {
	in_ns client ss -Hln"${2:-t}" "sport = :$1" | grep -q .
}

# answers ADDRESS PORT: the server can connect to the client there.
answers() {
	in_ns server socat -u OPEN:/dev/null "TCP:$(bracketed "$1"):$2,connect-timeout=3"
}

# refuses ADDRESS PORT: the server cannot connect to the client there.
refuses() {
	[ "$engine" != bare ] || return 0
	! answers "$@" 2>/dev/null || fail "answers on $1, which is not the pin's"
}

bracketed() {
	if [[ $1 == *:* ]]; then echo "[$1]"; else echo "$1"; fi
}

# only_on_pin PORT: the program's listener answers on the pin's addresses, and on no others.
only_on_pin() {
	wait_until local_listener "$1" || fail "nobody listens on $1"
	answers "$pin4" "$1" || fail "does not answer on $pin4"
	refuses 203.0.113.2 "$1"
}

# far COMMAND...: runs COMMAND on the server, as the ordinary user there.
far() {
	nsenter --net=/run/netns/server -- "${ORDINARY[@]}" "$@"
}

# holds_lines N FILE: FILE has N lines or more.
holds_lines() {
	[ "$(wc -l <"$2")" -ge "$1" ]
}

# a_desktop_entry: makes the user's desktop entry `thing`, by which curl writes to `said` from where it came.
a_desktop_entry() {
	user mkdir -p .local/share/applications
	printf '%s\n' '[Desktop Entry]' Type=Application Name=Thing "Exec=curl -sS -o $PWD/said https://www.site.test/ip" \
		>.local/share/applications/thing.desktop
}

# go_reaches_and_listens: the client of build_go reaches the server twice from the pin, and listens on the pin.
go_reaches_and_listens() {
	begin pinned "$ENTRY_DIR/client" >said
	only_on_pin 8080
	wait_until holds_lines 2 said
	# shellcheck disable=SC2046 # an address a word
	came_from $(plain_addresses <said)
}
