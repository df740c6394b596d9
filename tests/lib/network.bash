# SPDX-License-Identifier: MIT
# The network that the tests talk over, made of network namespaces once for each test file (on_network):
#
#   client  eth0   203.0.113.2  .3  2001:db8:1::2  ::3  ---+
#                                                         router --- server  192.0.2.1  2001:db8:9::1
#           wlan0  198.51.100.2 .3  2001:db8:2::2  ::3  ---+
#
# eth0 is the client's preferred default route. A witness in the router sees each packet, and by which uplink it
# left the client.
# shellcheck shell=bash

network_addresses() {
	ip -n client -batch - <<-'END'
		link set lo up
		link set eth0 up
		link set wlan0 up
		addr add 203.0.113.2/24 dev eth0
		addr add 203.0.113.3/24 dev eth0
		addr add 198.51.100.2/24 dev wlan0
		addr add 198.51.100.3/24 dev wlan0
		addr add 2001:db8:1::3/64 dev eth0 nodad
		addr add 2001:db8:1::2/64 dev eth0 nodad
		addr add 2001:db8:2::3/64 dev wlan0 nodad
		addr add 2001:db8:2::2/64 dev wlan0 nodad
		route add default via 203.0.113.1 dev eth0 metric 100
		route add default via 198.51.100.1 dev wlan0 metric 600
		route add ::/0 via 2001:db8:1::1 dev eth0 metric 100
		route add ::/0 via 2001:db8:2::1 dev wlan0 metric 600
	END
	ip -n router -batch - <<-'END'
		link set lo up
		link set to-eth0 up
		link set to-wlan0 up
		link set to-server up
		addr add 203.0.113.1/24 dev to-eth0
		addr add 198.51.100.1/24 dev to-wlan0
		addr add 192.0.2.254/24 dev to-server
		addr add 2001:db8:1::1/64 dev to-eth0 nodad
		addr add 2001:db8:2::1/64 dev to-wlan0 nodad
		addr add 2001:db8:9::fe/64 dev to-server nodad
	END
	ip -n server -batch - <<-'END'
		link set lo up
		link set up0 up
		addr add 192.0.2.1/24 dev up0
		addr add 2001:db8:9::1/64 dev up0 nodad
		route add default via 192.0.2.254
		route add ::/0 via 2001:db8:9::fe
	END
}

# on_network [COMMAND...]: a test file calls this, and its tests run in the network above. bats makes the network
# before the first test and then runs each COMMAND, and takes the network down after the last test. With
# WITNESS=none in the environment there is no witness.
# shellcheck disable=SC2317 # bats calls the two functions
on_network() {
	network_commands=("$@")
	setup_file() {
		local command
		network_up
		for command in "${network_commands[@]}"; do
			$command
		done
	}
	teardown_file() {
		network_down
	}
}

# network_up: makes the network, and returns when packets pass and the server answers.
network_up() {
	local name
	NETWORK_DIR=$BINDTO_TESTS_DIR/network
	rm -rf "$NETWORK_DIR"
	mkdir -p "$NETWORK_DIR"
	: >"$NETWORK_DIR/started"
	for name in client router server; do
		[ ! -e "/run/netns/$name" ] || ip netns del "$name"
	done
	printf 'netns add %s\n' client router server | ip -batch -
	in_ns client sh -c "$NETWORK_RULES"
	in_ns router sh -c "$NETWORK_RULES; echo 1 >ipv4/ip_forward; echo 1 >ipv6/conf/all/forwarding"
	in_ns server sh -c "$NETWORK_RULES; echo 3 >ipv4/tcp_fastopen"
	ip -batch - <<-'END'
		link add eth0 netns client type veth peer name to-eth0 netns router
		link add wlan0 netns client type veth peer name to-wlan0 netns router
		link add up0 netns server type veth peer name to-server netns router
	END
	network_addresses
	for name in client router server; do
		wait_until links_are_up "$name"
	done
	[ "${WITNESS:-}" = none ] || start_witness
	start server python3 "$BINDTO_TESTS_DIR/lib/server.py" "$NETWORK_DIR/server.ready"
	wait_until test -e "$NETWORK_DIR/server.ready"
	export NETWORK_DIR
}

# A shell sets these in each namespace before there are interfaces.
NETWORK_RULES='cd /proc/sys/net
	echo 0 >ipv6/conf/all/accept_dad; echo 0 >ipv6/conf/default/accept_dad
	echo 0 >ipv4/conf/all/rp_filter; echo 0 >ipv4/conf/default/rp_filter'

# wlan0_again: gives wlan0 back the addresses and routes that it had before a test changed them.
wlan0_again() {
	ip -n client -batch - <<-'END'
		addr flush dev wlan0 to 0.0.0.0/0
		addr flush dev wlan0 to ::/0 scope global
		addr replace 198.51.100.2/24 dev wlan0
		addr replace 198.51.100.3/24 dev wlan0
		addr replace 2001:db8:2::3/64 dev wlan0 nodad
		addr replace 2001:db8:2::2/64 dev wlan0 nodad
		route replace default via 198.51.100.1 dev wlan0 metric 600
		route replace ::/0 via 2001:db8:2::1 dev wlan0 metric 600
	END
}

# serve_locally: starts the server's services on the client as well, as this host's own.
serve_locally() {
	start client python3 "$BINDTO_TESTS_DIR/lib/server.py" "$NETWORK_DIR/local.ready"
	wait_until test -e "$NETWORK_DIR/local.ready"
}

# The witness sees the uplinks of $WITNESS_UPLINKS: it ends if one of them is deleted.
# shellcheck disable=SC2086 # the uplinks are words
start_witness() {
	mkfifo "$NETWORK_DIR/witness.in" "$NETWORK_DIR/witness.out"
	start router python3 "${WITNESS:-$BINDTO_TESTS_DIR/lib/witness.py}" "$NETWORK_DIR" client \
		${WITNESS_UPLINKS:-eth0=to-eth0 wlan0=to-wlan0}
	wait_until test -e "$NETWORK_DIR/witness.ready"
}

network_down() {
	local pid
	while read -r pid; do
		kill "$pid" 2>/dev/null || :
	done <"$NETWORK_DIR/started"
	printf 'netns del %s\n' client router server | ip -batch -
	: >"$BINDTO_TESTS_DIR/resolv.conf"
}

# links_are_up NAMESPACE: none is down or has no carrier, and no address waits for duplicates to answer.
links_are_up() {
	local all
	all=$(ip -n "$1" addr) || return
	[[ $all == *" state UP "* && $all != *" state DOWN "* && $all != *LOWERLAYERDOWN* && $all != *tentative* ]]
}

# wait_until CONDITION...: waits until CONDITION succeeds, and fails after 1000 tries (twenty seconds or more).
wait_until() {
	local tries
	for ((tries = 0; tries < 1000; tries++)); do
		"$@" && return
		pause
	done
	echo "wait_until: this did not come true: $*" >&2
	cat "$NETWORK_DIR/started.log" >&2 2>/dev/null || :
	return 1
}

# pause: does nothing for a moment. Nobody writes to the pipe, so `read` waits, and needs no process as `sleep` does.
pause() {
	local status=0
	if [ -p "$BINDTO_TESTS_DIR/pause" ]; then
		{ read -r -t 0.02 <>"$BINDTO_TESTS_DIR/pause"; } 2>/dev/null || status=$?
	fi
	[ $status -gt 128 ] || sleep 0.02 # who may not open the pipe
}

in_ns() {
	local name=$1
	shift
	nsenter --net="/run/netns/$name" -- "$@"
}

# start NAMESPACE COMMAND...: runs COMMAND in the background until network_down; its process id is in $started.
start() {
	local name=$1
	shift
	nsenter --net="/run/netns/$name" -- "$@" \
		</dev/null >>"$NETWORK_DIR/started.log" 2>&1 3>&- 4>&- &
	started=$!
	echo "$started" >>"$NETWORK_DIR/started"
}

# stop PID: ends a process that `start` began, and waits until it is gone.
stop() {
	kill "$1" 2>/dev/null || :
	wait_until gone "$1"
}

gone() {
	local stat
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	[[ ${stat##*) } == Z* ]]
}

# AS_USER: the words that run a command as an unprivileged user. If root runs the tests, that is user 65534. If a
# user runs them, who is root in a user namespace, it is a user of a nested one, with no rights over the network.
if [ "${BINDTO_TESTS_NESTED:-}" ]; then
	AS_USER=(unshare --user "--map-user=$BINDTO_TESTS_NESTED" "--map-group=$BINDTO_TESTS_NESTED")
else
	AS_USER=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all)
fi
USERS_ENVIRONMENT=("PATH=/usr/sbin:/usr/bin:/sbin:/bin" "HOME=$BINDTO_TESTS_DIR/user" "TMPDIR=$BINDTO_TESTS_DIR/user"
	"XDG_RUNTIME_DIR=$BINDTO_TESTS_DIR/user")

# INSIDE_AS_USER: the same words for the probe `inside`, which does itself what setpriv and env do.
INSIDE_AS_USER=(65534 "${USERS_ENVIRONMENT[@]}")
AS_USER+=(env "${USERS_ENVIRONMENT[@]}")
[ -z "${BINDTO_TESTS_NESTED:-}" ] || INSIDE_AS_USER=(0 "${AS_USER[@]}")

# Each command has a time limit, so that a test that hangs fails.
in_client() {
	"$PROBE/inside" client "${LIMIT:-60}" 0 "$@"
}

in_client_as_user() {
	"$PROBE/inside" client "${LIMIT:-60}" "${INSIDE_AS_USER[@]}" "$@"
}

# client COMMAND...: runs COMMAND in the client as $WHO (root or user), which `as_each` sets.
client() {
	if [ "${WHO:-user}" = root ]; then
		in_client "$@"
	else
		in_client_as_user "$@"
	fi
}

# as_each COMMAND...: runs COMMAND twice, with WHO=root and WHO=user. Never write || behind it: bash would then
# ignore failures inside of COMMAND.
as_each() {
	for WHO in root user; do
		"$@"
	done
}

in_server() {
	"$PROBE/inside" server "${LIMIT:-60}" 0 "$@"
}

# witness_answer mark|since: asks witness.py; its answer is in $WITNESSED. It starts no process, because tests ask
# thousands of times.
witness_answer() {
	local questions answers line=
	exec {questions}<>"$NETWORK_DIR/witness.in" {answers}<>"$NETWORK_DIR/witness.out"
	printf '%s\n' "$1" >&"$questions"
	IFS= read -r -t 10 -u "$answers" line || :
	exec {questions}>&- {answers}>&-
	[ "$line" = . ] || {
		echo "the witness is gone: $(cat "$NETWORK_DIR/started.log")" >&2
		return 1
	}
	IFS= read -r -d '' WITNESSED <"$NETWORK_DIR/witness.answer" || : # there is no end but the file's
	WITNESSED=${WITNESSED%$'\n'}
}

# witness_ask mark|since: prints the witness's answer.
witness_ask() {
	local WITNESSED
	witness_answer "$1" || return
	[ -z "$WITNESSED" ] || printf '%s\n' "$WITNESSED"
}

witness_mark() {
	witness_answer mark
}

witness_since_mark() {
	witness_ask since
}

# astray SOURCE UPLINK <PACKETS: prints the packets that did not leave from SOURCE by UPLINK. It passes over the
# resets, and over IPv6 the acknowledgements, that the kernel sends from SOURCE by another uplink when the socket
# is gone (fact 8, kernel_uplinks.bats): an unpinned program would send other packets, too.
astray() {
	awk -v source="$1" -v uplink="$2" '$3 == source &&
		($1 == uplink || $2 == "rst" || (source ~ /:/ && $2 == "ack")) { next } { print }'
}

# strays UPLINK SOURCE...: $STRAYS is what of $WITNESSED did not leave from a SOURCE by UPLINK. If all of a few packets
# did, no process needs to find that out.
strays() {
	local uplink=$1 sources='' source
	shift
	STRAYS=
	printf -v sources '|%s' "${@//./\\.}"
	[ ${#WITNESSED} -gt 5000 ] || [[ ! $WITNESSED =~ ^("$uplink "[a-z0-9]+" "(${sources:1})" "[^$'\n']+($'\n'|$))*$ ]] || return 0
	STRAYS=$WITNESSED
	for source; do
		STRAYS=$(astray "$source" "$uplink" <<<"$STRAYS")
	done
}

# assert_only SOURCE UPLINK: since the mark packets left, and all of them from SOURCE by UPLINK.
assert_only() {
	witness_answer since || return
	[ "$WITNESSED" ] || {
		echo "nothing left the client; expected packets from $1 through $2" >&2
		return 1
	}
	strays "$2" "$1"
	[ -z "$STRAYS" ] || {
		printf 'expected only packets from %s through %s, but saw:\n%s\n' "$1" "$2" "$STRAYS" >&2
		return 1
	}
}

# refute_packets: since the mark no packet left.
refute_packets() {
	witness_answer since || return
	[ -z "$WITNESSED" ] || {
		printf 'expected no packet to leave, but saw:\n%s\n' "$WITNESSED" >&2
		return 1
	}
}
