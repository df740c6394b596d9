# SPDX-License-Identifier: MIT
# Prepares the tests' network for random sequences, and makes a second one to compare with: a host `single` that has
# only the pin's uplink, and `far`, which is its router and its server in one.
# shellcheck shell=bash
# It needs tests/lib/network.bash, which must be sourced before.

# sequences_up: the client knows its neighbours' hardware addresses, and on each host port 7200 holds connections and
# discards datagrams.
sequences_up() {
	local name
	ip -n server -batch - <<-'END'
		addr add 192.0.2.9/24 dev up0
		addr add 2001:db8:9::9/64 dev up0 nodad
	END
	ip -n router addr add fe80::1:1/64 dev to-eth0 nodad
	ip -n router addr add fe80::2:1/64 dev to-wlan0 nodad
	neighbours client eth0 router to-eth0 203.0.113.1 2001:db8:1::1 fe80::1:1 "$(link_local client wlan0)"
	neighbours client wlan0 router to-wlan0 198.51.100.1 2001:db8:2::1 fe80::2:1 "$(link_local client eth0)"
	for name in client router server; do
		hold "$name"
	done
	ready client
}

# reference_up UPLINK OWN ELSEWHERE PORTS: makes the host `single`. Its UPLINK has the addresses OWN. Its loopback has
# the client's other addresses, ELSEWHERE: they are this host's own, but no packet leaves by them. PORTS is its port
# range, or empty.
reference_up() {
	local uplink=$1 address name other=eth0
	[ "$uplink" != eth0 ] || other=wlan0
	for name in single far; do
		[ ! -e "/run/netns/$name" ] || ip netns del "$name"
		ip netns add "$name"
		in_ns "$name" bash -c 'cd /proc/sys/net
			echo 0 >ipv6/conf/all/accept_dad; echo 0 >ipv6/conf/default/accept_dad
			echo 0 >ipv4/conf/all/rp_filter; echo 0 >ipv4/conf/default/rp_filter'
		ip -n "$name" link set lo up
	done
	# The other uplink is down: its name exists, and no packet leaves by it.
	ip link add "$other" netns single type veth peer name unplugged netns far
	ip link add "$uplink" netns single type veth peer name to-single netns far
	# It has the client's hardware address, and so the client's link-local address as well.
	ip -n single link set "$uplink" address "$(ip -n client -brief link show "$uplink" | awk '{ print $3 }')"
	# If no IPv6 address is pinned, there is no IPv6 at all, not even a link-local address.
	[[ $2 == *:* ]] || ip -n single link set "$uplink" addrgenmode none
	ip -n single link set "$uplink" up
	ip -n far link set to-single up
	# The kernel prefers the first IPv4 address and the last IPv6 address that were added.
	for address in $(tr ' ' '\n' <<<"$2" | grep -F .); do
		ip -n single addr add "$address/24" dev "$uplink"
	done
	for address in $(tr ' ' '\n' <<<"$2" | grep -F : | tac); do
		ip -n single addr add "$address/64" dev "$uplink" nodad
	done
	for address in $3; do
		ip -n single addr add "$address" dev lo
	done
	reference_far "$uplink" "$2"
	[ -z "$4" ] || in_ns single sh -c "echo $4 >/proc/sys/net/ipv4/ip_local_port_range"
	for name in single far; do
		hold "$name"
	done
	ready single
}

# reference_far UPLINK OWN: makes the other end of the uplink, which has the server's addresses as well.
reference_far() {
	local gateway4=198.51.100.1 gateway6=2001:db8:2::1 link=fe80::2:1 address
	[ "$1" = wlan0 ] || { gateway4=203.0.113.1 gateway6=2001:db8:1::1 link=fe80::1:1; }
	ip -n far addr add "$gateway4/24" dev to-single
	ip -n far addr add "$gateway6/64" dev to-single nodad
	ip -n far addr add "$link/64" dev to-single nodad
	for address in 192.0.2.1 192.0.2.9 2001:db8:9::1 2001:db8:9::9; do
		ip -n far addr add "$address" dev lo
	done
	if [[ $2 == *.* ]]; then
		ip -n single route add default via "$gateway4" dev "$1"
		neighbours single "$1" far to-single "$gateway4"
	fi
	if [[ $2 == *:* ]]; then
		ip -n single route add ::/0 via "$gateway6" dev "$1"
		neighbours single "$1" far to-single "$gateway6" "$link"
	fi
}

# link_local HOST DEVICE: prints HOST's link-local address on DEVICE. A neighbour on another link may have it, too.
link_local() {
	ip -n "$1" -brief -6 addr show dev "$2" scope link | awk '{ sub("/.*", "", $3); print $3 }'
}

# neighbours HOST DEVICE PEER PEER_DEVICE ADDRESS...: HOST finds each ADDRESS at PEER, without asking by ARP.
neighbours() {
	local address mac
	mac=$(ip -n "$3" -brief link show "$4" | awk '{ print $3 }')
	for address in "${@:5}"; do
		ip -n "$1" neigh replace "$address" lladdr "$mac" nud permanent dev "$2"
	done
}

# hold NAME: on the host NAME, port 7200 holds connections and drops datagrams in silence.
hold() {
	rm -f "$NETWORK_DIR/$1.hold"
	start "$1" "$BINDTO_TESTS_DIR/bench/sink" hold 7200 1 "$NETWORK_DIR/$1.hold"
	wait_until test -e "$NETWORK_DIR/$1.hold"
}

# ready NAME: on the host NAME every user may ping, all addresses are usable, and a closed connection gives its port
# back at once.
ready() {
	in_ns "$1" sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets'
	in_ns "$1" sh -c 'echo "0 65534" >/proc/sys/net/ipv4/ping_group_range' 2>/dev/null ||
		in_ns "$1" sh -c 'echo "0 0" >/proc/sys/net/ipv4/ping_group_range'
	wait_until settled "$1"
}

settled() {
	[ -z "$(ip -n "$1" -6 addr show tentative)" ]
}

# sequences OPTION...: runs sequences.py, and before --compare makes the reference host.
sequences() {
	local here SEQUENCES_AS_USER reference
	here=$(dirname "${BASH_SOURCE[0]}")
	SEQUENCES_AS_USER=$(printf '%s\n' "${AS_USER[@]}")
	export SEQUENCES_AS_USER
	if [[ " $* " == *" --compare "* ]]; then
		mapfile -t reference < <(python3 "$here/sequences.py" "$@" --reference-of)
		reference_up "${reference[@]}"
	fi
	python3 "$here/sequences.py" "$@"
}
