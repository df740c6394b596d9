# SPDX-License-Identifier: MIT
# What the tests need, and what they assert. Most assertions run a program with and without bindto, as root and as
# a user, because a pin that makes no difference is none.
# shellcheck shell=bash disable=SC2034,SC2154 # output, status and lines are bats's; some words are the tests'

bats_require_minimum_version 1.5.0 # for `run` with options

# The libraries' own load.bash starts a process for each of its files, a fifth of a second before each test.
for file in /usr/{lib/bats,lib,share/bats}/bats-{support,assert}/src/*.bash; do
	# shellcheck source=/dev/null
	[ ! -e "$file" ] || source "$file"
done
unset file

# bats notes where it is before each command, which is a sixth of the time that a test of many commands takes. The place
# of the command that fails is enough. It also asks `date` for the time twice in each test; bash knows it.
if declare -F bats_debug_trap bats_capture_stack_trace bats_check_status_from_trap >/dev/null; then
	bats_debug_trap() {
		trap - DEBUG
	}
	bats_error_trap() {
		bats_check_status_from_trap
		bats_capture_stack_trace
		BATS_DEBUG_LAST_STACK_TRACE_IS_VALID=1
	}
	get_mills_since_epoch() {
		echo $((${EPOCHREALTIME//[!0-9]/} / 1000))
	}
fi

# need COMMAND...: if the machine lacks a COMMAND, the test is skipped; in CI it fails.
need() {
	local command
	for command in "$@"; do
		command -v "$command" >/dev/null || lacks "$command is not installed"
	done
}

lacks() {
	[ -z "${BINDTO_TESTS_MUST_RUN:-}" ] || {
		echo "$1, and BINDTO_TESTS_MUST_RUN is set" >&2
		return 1
	}
	skip "$1"
}

# need_32_bit [PROBE]: the test needs a 32-bit PROBE (who), and a kernel that runs it. If the kernel does not, the
# test is skipped even in CI, because no package could change that.
need_32_bit() {
	[ -x "$PROBE/${1:-who}-m32" ] || lacks "the compiler makes no 32-bit programs"
	runs_32_bit || skip "this kernel runs no 32-bit programs"
}

# runs_32_bit: bash gives 126 if the kernel refuses to run a program that exists.
runs_32_bit() {
	local status=0
	"$PROBE/who-m32" >/dev/null 2>&1 || status=$?
	[ $status -ne 126 ]
}

# need_port_range: the test needs a kernel that confines the ports of one socket (IP_LOCAL_PORT_RANGE, Linux 6.3).
need_port_range() {
	python3 -c 'from sockets import *; ports(socket.socket(), 40000, 40001)' 2>/dev/null ||
		lacks "this kernel has no IP_LOCAL_PORT_RANGE"
}

# need_unicast_if_at_connect: the test needs a kernel on which a connected UDP socket of IPv4 obeys IP_UNICAST_IF
# (Linux 6.1, commit 0e4d354762ce, and stable kernels that took it over). The network must be up.
need_unicast_if_at_connect() {
	client python3 - <<-'END' || lacks "on this kernel a connected UDP socket does not obey IP_UNICAST_IF"
		from sockets import *
		s = socket.socket(V4, UDP)
		unicast_if(s, "wlan0")
		s.connect((REMOTE4, DISCARD))
		assert s.getsockname()[0] == WLAN4
	END
}

# python [PREFIX...] <SCRIPT: runs SCRIPT, which has lib/sockets.py's words, in the client as $WHO (or a user) under
# PREFIX.
python() {
	local words
	IFS= read -r -d '' words || : # to the end
	client "$@" python3 - <<<"from sockets import *"$'\n'"$words"
}

# assert_all_from ADDRESS...: since the mark, packets left from each ADDRESS by eth0, and no others.
assert_all_from() {
	assert_all_by eth0 "$@"
}

# assert_all_by UPLINK ADDRESS...: the same for UPLINK.
assert_all_by() {
	local uplink=$1 address
	shift
	witness_answer since || return
	for address in "$@"; do
		[[ $WITNESSED =~ (^|$'\n')$uplink\ [a-z0-9]*\ $address\  ]] || {
			printf 'nothing left from %s through %s; what left:\n%s\n' "$address" "$uplink" "$WITNESSED" >&2
			return 1
		}
	done
	strays "$uplink" "$@"
	[ -z "$STRAYS" ] || {
		printf 'this left as well:\n%s\n' "$STRAYS" >&2
		return 1
	}
}

# port_range LOW HIGH: sets the port range of the client's kernel, until the test ends.
port_range() {
	in_client sh -c "echo $1 $2 >/proc/sys/net/ipv4/ip_local_port_range"
	port_range_changed=yes
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || echo "(the last command was as ${WHO:-user})"
	[ -z "${port_range_changed:-}" ] || port_range 32768 60999
}

# addresses_of FAMILY: sets $plain, which the kernel chooses, $second, which tests pin, and $wlan, wlan0's.
addresses_of() {
	case $1 in
	4) plain=203.0.113.2 second=203.0.113.3 wlan=198.51.100.2 ;;
	6) plain=2001:db8:1::2 second=2001:db8:1::3 wlan=2001:db8:2::2 ;;
	esac
}

# assert_pinned FAMILY COMMAND...: COMMAND prints the address that the server saw, and nothing else. As root and as
# a user, that is the kernel's choice without bindto, and the pin under bindto.
assert_pinned() {
	as_each is_pinned "$@"
}

is_pinned() {
	local plain second wlan family=$1
	shift
	addresses_of "$family"
	assert_comes_from "$plain" eth0 "$@" &&
		assert_comes_from "$second" eth0 "$BINDTO" -a "$second" -- "$@" &&
		assert_comes_from "$wlan" wlan0 "$BINDTO" -i wlan0 -- "$@" &&
		assert_comes_from "$second" eth0 "$BINDTO" -i eth0 -a "$second" -- "$@"
}

# assert_comes_from SOURCE UPLINK COMMAND...: every line that COMMAND prints is "SOURCE" or "peer SOURCE PORT", and
# its packets left from SOURCE by UPLINK.
assert_comes_from() {
	local source=$1 uplink=$2
	shift 2
	witness_mark
	run client "$@"
	assert_success || return
	[[ $output =~ ^((peer )?$source( [0-9]+)?($'\n'|$))+$ ]] || fail "not from $source: $output (this was: $*)" || return
	assert_only "$source" "$uplink" || {
		echo "(this was: $*)" >&2
		return 1
	}
}

# script <SCRIPT: $SCRIPT becomes the name of SCRIPT with lib/sockets.py's words, which any user may read.
script() {
	SCRIPT=$BINDTO_TESTS_DIR/tmp/script.py
	local words
	IFS= read -r -d '' words || : # to the end
	printf 'from sockets import *\n%s' "$words" >"$SCRIPT"
}

# assert_script_pinned FAMILY <SCRIPT: as assert_pinned, for a Python script.
assert_script_pinned() {
	script
	assert_pinned "$1" python3 "$SCRIPT"
}

# script_sends_from_the_pins: $SCRIPT sends over both families, from the pin only, pinned to addresses and pinned to
# an interface.
script_sends_from_the_pins() {
	witness_mark
	client "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- python3 "$SCRIPT"
	assert_all_by eth0 203.0.113.3 2001:db8:1::3
	witness_mark
	client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

# The words that run a command under a seccomp filter, as a sandbox does; see filtered.py.
FILTERED=(python3 "$BINDTO_TESTS_DIR/lib/filtered.py")

# The words that run `who` in a sandbox that hides the library; it connects to the server.
SANDBOXED=(bwrap --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64
	--ro-bind "$PROBE" /probe --proc /proc --dev /dev --unshare-user --unshare-pid /probe/who 192.0.2.1 7000)

# answers HOST PORT: can the server connect there?
answers() {
	in_server socat -u OPEN:/dev/null "TCP:$(bracketed "$1"):$2,connect-timeout=3" 2>/dev/null
}

# refuses HOST PORT: is the server's connection there refused?
refuses() {
	run in_server socat -u OPEN:/dev/null "TCP:$(bracketed "$1"):$2,connect-timeout=3"
	assert_failure && assert_output --partial 'Connection refused'
}

bracketed() {
	if [[ $1 == *:* ]]; then echo "[$1]"; else echo "$1"; fi
}
