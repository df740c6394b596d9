#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Real TCP clients, with and without bindto, as root and as an unprivileged user: the server tells from which
# address a client came, and the witness by which uplink.

load lib/network.bash
load lib/assertions.bash
on_network serve_locally

@test "curl over IPv4 is pinned" {
	need curl
	assert_pinned 4 curl -sS --max-time 10 http://192.0.2.1/
}

@test "curl over IPv6 is pinned" {
	need curl
	assert_pinned 6 curl -sS --max-time 10 'http://[2001:db8:9::1]/'
}

@test "curl by name is pinned" {
	need curl
	assert_pinned 4 curl -sS --max-time 10 http://server4.test/
	assert_pinned 6 curl -sS --max-time 10 http://server6.test/
	assert_pinned 4 curl -4 -sS --max-time 10 http://server.test/
}

@test "curl with TCP Fast Open is pinned" {
	need curl
	assert_pinned 4 curl --tcp-fastopen -sS --max-time 10 http://192.0.2.1/
	assert_pinned 6 curl --tcp-fastopen -sS --max-time 10 'http://[2001:db8:9::1]/'
}

@test "curl falls back to the family that is pinned, and may use both if both are" {
	need curl
	as_each falls_back
}

falls_back() {
	local get=(curl -sS --max-time 10 http://server.test/)
	assert_comes_from 203.0.113.3 eth0 "$BINDTO" -a 203.0.113.3 -- "${get[@]}"
	assert_comes_from 2001:db8:1::3 eth0 "$BINDTO" -a 2001:db8:1::3 -- "${get[@]}"
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -4 -i wlan0 -- "${get[@]}"
	assert_comes_from 2001:db8:2::2 wlan0 "$BINDTO" -6 -i wlan0 -- "${get[@]}"
	assert_comes_from 203.0.113.3 eth0 "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- curl -4 "${get[@]:1}"
	assert_comes_from 2001:db8:1::3 eth0 "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- curl -6 "${get[@]:1}"
}

@test "wget is pinned" {
	need wget
	assert_pinned 4 wget -qO- --timeout=10 --tries=1 http://192.0.2.1/
	assert_pinned 6 wget -qO- --timeout=10 --tries=1 'http://[2001:db8:9::1]/'
	assert_pinned 6 wget -6 -qO- --timeout=10 --tries=1 http://server.test/
}

@test "python3's sockets are pinned" {
	for family in 4 6; do
		assert_script_pinned "$family" <<-END
			print(peer_of(socket.create_connection((REMOTE$family, WHO), 10)))
		END
	done
}

@test "python3's asyncio, which uses non-blocking sockets and names, is pinned" {
	for family in 4 6; do
		assert_script_pinned "$family" <<-END
			import asyncio
			async def main():
			    reader, writer = await asyncio.open_connection("server$family.test", WHO)
			    print((await reader.readline()).decode(), end="")
			    writer.close()
			asyncio.run(main())
		END
	done
}

@test "node is pinned" {
	need node
	for url in http://192.0.2.1/ 'http://[2001:db8:9::1]/'; do
		assert_pinned "$([[ $url == *:db8* ]] && echo 6 || echo 4)" node -e \
			"require('http').get('$url', r => r.on('data', d => process.stdout.write(d)))"
	done
}

@test "perl is pinned" {
	need perl
	for remote in 192.0.2.1 2001:db8:9::1; do
		# shellcheck disable=SC2016 # perl's variables
		assert_pinned "$([[ $remote == *:* ]] && echo 6 || echo 4)" perl -MIO::Socket::IP -e \
			'print IO::Socket::IP->new(PeerHost => shift, PeerPort => 7000, Timeout => 10)->getline' "$remote"
	done
}

@test "socat is pinned" {
	need socat
	assert_pinned 4 socat -u TCP:192.0.2.1:7000 -
	assert_pinned 6 socat -u 'TCP6:[2001:db8:9::1]:7000' -
}

@test "ncat is pinned" {
	need ncat
	assert_pinned 4 ncat --recv-only 192.0.2.1 7000
	assert_pinned 6 ncat --recv-only 2001:db8:9::1 7000
}

@test "bash's /dev/tcp is pinned" {
	assert_pinned 4 bash -c 'cat </dev/tcp/192.0.2.1/7000'
	assert_pinned 6 bash -c 'cat </dev/tcp/server6.test/7000'
}

@test "OpenSSH to a real sshd is pinned" {
	need ssh sshd ssh-keygen
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "sshd needs a real root"
	ssh_keys
	start server "$(command -v sshd)" -D -f /dev/null -h "$SSH/host_key" -p 2222 -o PidFile=none \
		-o "AuthorizedKeysFile=$SSH/key.pub" -o PermitRootLogin=yes -o StrictModes=no -o UsePAM=no
	wait_until answers 192.0.2.1 2222
	as_each ssh_is_pinned
}

ssh_is_pinned() {
	local options=(-F none -i "$BINDTO_TESTS_DIR/$WHO/key" -p 2222 -l root -o ConnectTimeout=10
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes)
	# shellcheck disable=SC2016 # the far shell's variable
	is_pinned 4 ssh "${options[@]}" 192.0.2.1 'echo ${SSH_CLIENT%% *}'
	# shellcheck disable=SC2016
	is_pinned 6 ssh "${options[@]}" server6.test 'echo ${SSH_CLIENT%% *}'
}

# Each user gets a copy of the private key, because ssh refuses a key that another user owns.
ssh_keys() {
	SSH=$BINDTO_TESTS_DIR/tmp/ssh
	mkdir -p "$SSH" /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$SSH/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$SSH/key"
	install -m 600 "$SSH/key" "$BINDTO_TESTS_DIR/root/key"
	install -m 600 -o 65534 -g 65534 "$SSH/key" "$BINDTO_TESTS_DIR/user/key"
}

@test "a v6 socket to a v4-mapped peer is pinned to the IPv4 address" {
	assert_script_pinned 4 <<-'END'
		s = socket.socket(V6)
		s.settimeout(10)
		print(peer_of(s, (MAPPED, WHO)))
	END
}

@test "a v6 socket to a v4-mapped peer is pinned to the IPv4 address if both families have a pin" {
	script <<-'END'
		for remote in MAPPED, REMOTE6:
		    s = socket.socket(V6)
		    s.settimeout(10)
		    print(peer_of(s, (remote, WHO)))
	END
	witness_mark
	run client "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- python3 "$SCRIPT"
	assert_output "203.0.113.3"$'\n'"2001:db8:1::3"
	assert_all_by eth0 203.0.113.3 2001:db8:1::3
	witness_mark
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output "198.51.100.2"$'\n'"2001:db8:2::2"
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "TCP Fast Open by sendto is pinned" {
	for family in 4 6; do
		assert_script_pinned "$family" <<-END
			s = socket.socket(V$family)
			s.sendto(b"early", MSG_FASTOPEN, (REMOTE$family, WHO))
			print(peer_of(s))
		END
	done
}

@test "a socket whose connect was refused by a remote peer connects again, pinned" {
	for family in 4 6; do
		assert_script_pinned "$family" <<-END
			s = socket.socket(V$family)
			assert error(s.connect, (REMOTE$family, 9)) == "ECONNREFUSED"
			print(peer_of(s, (REMOTE$family, WHO)))
		END
	done
}

@test "a socket whose connect was refused by loopback connects to a remote peer, pinned" {
	assert_script_pinned 4 <<-'END'
		s = socket.socket()
		assert error(s.connect, ("127.0.0.1", 9)) == "ECONNREFUSED"
		print(peer_of(s, (REMOTE4, WHO)))
	END
}

@test "200 sockets from threads are all pinned" {
	for family in 4 6; do
		script <<-END
			import concurrent.futures
			def one(_):
			    return peer_of(socket.create_connection((REMOTE$family, WHO), 10))
			with concurrent.futures.ThreadPoolExecutor(20) as pool:
			    print("\n".join(pool.map(one, range(200))))
		END
		export WHO=user
		is_pinned "$family" python3 "$SCRIPT"
		assert_equal "${#lines[@]}" 200
	done
}

@test "loopback services stay reachable, and see a loopback address as the client's" {
	need curl
	as_each sees_loopback
}

sees_loopback() {
	local pin
	for pin in "-a 203.0.113.3 -a 2001:db8:1::3" "-a 203.0.113.3" "-i wlan0" "-i wlan0 -4" "-p 40000-40010"; do
		witness_mark
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- curl -sS --max-time 10 http://127.0.0.1/ 'http://[::1]/' http://localhost/
		assert_success
		assert_output --regexp $'^127.0.0.1\n::1\n(127.0.0.1|::1)$'
		refute_packets
	done
}

@test "this host's own addresses stay reachable" {
	need curl
	as_each sees_itself
}

sees_itself() {
	local pin
	for pin in "-a 203.0.113.3 -a 2001:db8:1::3" "-i wlan0"; do
		witness_mark
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- curl -sS --max-time 10 http://203.0.113.2/ http://198.51.100.3/ \
			'http://[2001:db8:1::2]/' 'http://[2001:db8:2::3]/'
		assert_success
		refute_packets
	done
}

@test "an excluded destination is reached unpinned, and all others from the pin" {
	need curl
	as_each leaves_out
}

leaves_out() {
	assert_comes_from 203.0.113.2 eth0 "$BINDTO" -i wlan0 -e 192.0.2.0/24 -- curl -sS http://192.0.2.1/
	assert_comes_from 203.0.113.2 eth0 "$BINDTO" -a 203.0.113.3 -e 192.0.2.1 -- curl -sS http://192.0.2.1/
	assert_comes_from 2001:db8:1::2 eth0 "$BINDTO" -i wlan0 -e 2001:db8:9::/48 -- curl -sS 'http://[2001:db8:9::1]/'
	assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 -e 192.0.3.0/24 -e 2001:db8:9::/48 -- \
		curl -sS http://192.0.2.1/
}

@test "a family without a pin is refused as if the host had none" {
	script <<-'END'
		for remote in (REMOTE4, WHO), (REMOTE6, WHO), (MAPPED, WHO):
		    family = V6 if ":" in remote[0] else V4
		    print(error(socket.socket(family).connect, remote), error(socket.socket(family, UDP).connect, remote),
		          error(socket.socket(family, UDP).sendto, b"x", remote))
	END
	as_each refuses_the_other_family
}

refuses_the_other_family() {
	local refused="ENETUNREACH ENETUNREACH ENETUNREACH" through="None None None"
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_output "$through"$'\n'"$refused"$'\n'"$through"
	run client "$BINDTO" -i wlan0 -6 -- python3 "$SCRIPT"
	assert_output "$refused"$'\n'"$through"$'\n'"$refused"
	witness_mark
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_only 203.0.113.3 eth0
}

@test "AF_UNIX and netlink sockets work as without bindto" {
	need ip
	plain=$(client ip -brief address)
	run client "$BINDTO" -i wlan0 -- ip -brief address
	assert_output "$plain"
	python "$BINDTO" -a 203.0.113.3 <<-'END'
		name = os.environ["TMPDIR"] + "/socket.%d" % os.getpid()
		listener = socket.socket(socket.AF_UNIX)
		listener.bind(name)
		listener.listen()
		s = socket.socket(socket.AF_UNIX)
		s.connect(name)
		s.sendall(b"hello")
		assert listener.accept()[0].recv(10) == b"hello"
		assert listener.getsockname() == name
		a, b = socket.socketpair()
		a.send(b"x")
		assert b.recv(1) == b"x"
		os.unlink(name)
	END
}
