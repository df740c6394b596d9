#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2153 # SCRIPT is script's
# Network namespaces below a pinned program, and the programs that make them: pasta, slirp4netns, bwrap, podman.
# A process in another network namespace than bindto gets no way out of that namespace; what carries the
# namespace's packets to the network (pasta, slirp4netns) is pinned itself.

load lib/network.bash
load lib/assertions.bash
on_network make_blue

# make_blue: a network namespace that has an interface with the name of the pinned one, and a way to the server.
make_blue() {
	ip netns add blue
	ip link add wlan0 netns blue type veth peer name to-blue netns router
	ip -n router -batch - <<-'END'
		link set to-blue up
		addr add 198.51.101.1/24 dev to-blue
		addr add 2001:db8:3::1/64 dev to-blue nodad
	END
	ip -n blue -batch - <<-'END'
		link set lo up
		link set wlan0 up
		addr add 198.51.101.2/24 dev wlan0
		addr add 2001:db8:3::2/64 dev wlan0 nodad
		route add default via 198.51.101.1
		route add ::/0 via 2001:db8:3::1
	END
	wait_until links_are_up blue
}

@test "an interface of the same name in another network namespace is not the pinned one" {
	local engine
	script <<-'END'
		for family, peer in (V4, REMOTE4), (V6, REMOTE6):
		    for kind in TCP, UDP:
		        try:
		            with socket.socket(family, kind) as s:
		                s.settimeout(2)
		                print(peer_of(s, (peer, WHO)))
		        except OSError as failure:
		            print("no")
	END
	export WHO=root
	run client nsenter --net=/run/netns/blue python3 "$SCRIPT"
	assert_output $'198.51.101.2\n198.51.101.2\n2001:db8:3::2\n2001:db8:3::2'
	for engine in both preload supervise; do
		run client "$BINDTO" --engine "$engine" -i wlan0 -- nsenter --net=/run/netns/blue python3 "$SCRIPT"
		assert_output $'no\nno\nno\nno'
	done
}

# A user needs /dev/net/tun for pasta and slirp4netns. Some machines keep it for root; the tests have one of their own.
tun_for_users() {
	local tun=$BINDTO_TESTS_DIR/tun
	client test -w /dev/net/tun && return
	{ mknod "$tun" c 10 200 && chmod 666 "$tun" && mount --bind "$tun" /dev/net/tun && client test -w /dev/net/tun; } 2>/dev/null ||
		skip "users cannot open /dev/net/tun"
}

# make_container: $container is a process in user and network namespaces of its own, which the user has made.
make_container() {
	local file=$BINDTO_TESTS_DIR/tmp/container
	rm -f "$file"
	client unshare --user --map-root-user --net sh -c '
		echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad; echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
		echo $$ >"$0"; exec sleep 300' "$file" 3>&- &
	wait_until test -s "$file"
	container=$(cat "$file")
	echo "$container" >>"$NETWORK_DIR/started"
}

# in_container COMMAND...
in_container() {
	client nsenter --target "$container" --user --net --preserve-credentials -- "$@"
}

# carried_by COMMAND...: COMMAND, pinned by $ENGINES, carries a container's packets, and all of them leave by the pin.
carried_by() {
	local engine carrier
	export WHO=user
	script <<-'END'
		import urllib.request
		print(urllib.request.urlopen("http://%s/" % REMOTE4, timeout=10).read().decode().strip())
		with socket.socket(V4, UDP) as s:
		    s.settimeout(10)
		    print(peer_of(s, (REMOTE4, WHO)))
		print(urllib.request.urlopen("http://[%s]/" % REMOTE6, timeout=10).read().decode().strip())
	END
	for engine in $ENGINES; do
		make_container
		witness_mark
		client "$BINDTO" --engine "$engine" -i wlan0 -- "$@" "$container" ${DEVICE:+"$DEVICE"} >"$BINDTO_TESTS_DIR/tmp/carrier" 2>&1 3>&- &
		carrier=$!
		wait_until container_is_up
		run in_container python3 "$SCRIPT"
		kill "$container" "$carrier" || :
		wait "$carrier" || :
		assert_output $'198.51.100.2\n198.51.100.2\n2001:db8:2::2'
		assert_all_by wlan0 198.51.100.2 2001:db8:2::2
	done
}

container_is_up() {
	in_container ip route get 192.0.2.1 >/dev/null 2>&1 && in_container ip -6 route get 2001:db8:9::1 >/dev/null 2>&1
}

@test "pasta that is pinned carries a container's packets by the pin" {
	need pasta
	tun_for_users
	# Under --strict it carries TCP alone, because it forbids to be looked into.
	ENGINES='both preload' carried_by pasta --foreground --config-net --tcp-ns none --udp-ns none --tcp-ports none --udp-ports none
}

@test "slirp4netns that is pinned carries a container's packets by the pin" {
	need slirp4netns
	tun_for_users
	# Under --strict it gets no socket in the container's namespace, by which it would configure the interface there.
	ENGINES='both preload' DEVICE=tap0 carried_by slirp4netns --configure --enable-ipv6
}

# inside COMMAND...: a pinned program starts COMMAND, which runs $SCRIPT in a network namespace of its own: the script
# has no sockets, or they reach nobody, and nothing leaves.
inside() {
	local engine
	for engine in both preload supervise; do
		witness_mark
		run client "$BINDTO" --engine "$engine" -i wlan0 -- "$@" python3 "$SCRIPT"
		assert_line --regexp '^(no ?){4}$'
		refute_packets
	done
}

refused_script() {
	script <<-'END'
		def ask(family, kind, peer):
		    with socket.socket(family, kind) as s:
		        s.settimeout(2)
		        return peer_of(s, (peer, WHO))
		for family, peer in (V4, REMOTE4), (V6, REMOTE6):
		    for kind in TCP, UDP:
		        try:
		            print(ask(family, kind, peer), end=" ")
		        except OSError:
		            print("no", end=" ")
		print(flush=True)
	END
}

@test "a container that a pinned program starts with pasta reaches nobody" {
	need pasta
	tun_for_users
	refused_script
	WHO=user inside pasta --config-net --
}

@test "a container that a pinned program starts without a network reaches nobody" {
	need bwrap
	refused_script
	as_each inside bwrap --dev-bind / / --unshare-net --
}

@test "podman that is pinned, with the host's network, runs a container whose packets leave by the pin" {
	local engine root=$BINDTO_TESTS_DIR/user/root
	need podman crun
	export WHO=user
	rootless_podman "$root" || skip "podman cannot run a container here: $output"
	witness_mark
	for engine in both supervise; do
		run client "$BINDTO" --engine "$engine" -i wlan0 -- podman "${PODMAN[@]}" run --rm --cgroups=disabled --network=host --rootfs "$root" /who 192.0.2.1 7000
		assert_line --regexp '^peer 198.51.100.2 '
	done
	assert_only 198.51.100.2 wlan0
}

# rootless_podman ROOT: can podman run a container with this root directory? Podman keeps a mount namespace for later
# runs, which must have /dev/net/tun.
rootless_podman() {
	tun_for_users
	mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null || : # crun takes no other kind
	mkdir -p "$1/dev" "$1/proc" "$1/sys" "$1/tmp" "$1/run" "$1/etc"
	cp "$PROBE/who-static" "$1/who"
	chown -R 65534:65534 "$1"
	PODMAN=(--cgroup-manager=cgroupfs --runtime=crun --storage-driver=vfs "--root=$BINDTO_TESTS_DIR/user/store" "--runroot=$BINDTO_TESTS_DIR/user/runroot" --events-backend=file)
	run client podman "${PODMAN[@]}" run --rm --cgroups=disabled --network=host --rootfs "$1" /who 192.0.2.1 7000
	[ "$status" -eq 0 ]
}

@test "a container that a pinned podman starts with a network of its own reaches nobody" {
	local root=$BINDTO_TESTS_DIR/user/root engine
	need podman crun slirp4netns
	export WHO=user
	rootless_podman "$root" || skip "podman cannot run a container here: $output"
	witness_mark
	for engine in both supervise; do
		run client "$BINDTO" --engine "$engine" -i wlan0 -- podman "${PODMAN[@]}" run --rm --cgroups=disabled --network=slirp4netns --rootfs "$root" /who 192.0.2.1 7000
		assert_failure
		refute_line --regexp '^peer '
	done
	refute_packets
}
