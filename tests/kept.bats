#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --listen=keep: TCP listeners hear on the address that the program asks for. What the program connects and its UDP
# sockets stay pinned, and a stream that was bound and then connects leaves by the pin or fails.
# shellcheck disable=SC2154 # started is network.bash's

load lib/network.bash
load lib/assertions.bash
load lib/dns.bash
load lib/explain.bash
on_network

PINS=("-a 203.0.113.3" "-i wlan0" "-a 203.0.113.3 -a 2001:db8:1::3")
ALL4=(127.0.0.1 203.0.113.2 203.0.113.3 198.51.100.2 198.51.100.3)
ALL6=(::1 2001:db8:1::2 2001:db8:1::3 2001:db8:2::2 2001:db8:2::3)

# serve COMMAND...: starts COMMAND in the client as $WHO.
serve() {
	if [ "$WHO" = root ]; then
		start client "$@"
	else
		start client "${AS_USER[@]}" "$@"
	fi
}

# assert_heard PORT ADDRESS...: each ADDRESS accepts, from the server or, on loopback, from the client.
assert_heard() {
	local port=$1 address
	shift
	for address in "$@"; do
		case $address in
		127.* | ::1) in_client socat -u OPEN:/dev/null "TCP:$(bracketed "$address"):$port,connect-timeout=3" ;;
		*) answers "$address" "$port" ;;
		esac || fail "$address does not answer"
	done
}

# is_heard PORT COMMAND...: COMMAND, a listener on the wildcard of both families, is heard on all addresses.
is_heard() {
	local port=$1 engine pin
	shift
	for engine in both preload supervise; do
		for pin in "${PINS[@]}"; do
			# shellcheck disable=SC2086 # options
			serve "$BINDTO" --engine $engine $pin --listen=keep -- "$@"
			wait_until answers 198.51.100.3 "$port"
			assert_heard "$port" "${ALL4[@]}" "${ALL6[@]}"
			stop "$started"
		done
	done
}

@test "a listener on the wildcard is heard on all addresses of both families" {
	as_each is_heard 8010 python3 -m http.server --bind :: --directory / 8010
}

@test "socat and nc listen where they are told to" {
	need nc
	export WHO=user
	serve "$BINDTO" -a 203.0.113.3 --listen=keep -- socat -u TCP4-LISTEN:8011,fork,reuseaddr OPEN:/dev/null
	wait_until answers 203.0.113.2 8011
	assert_heard 8011 "${ALL4[@]}"
	stop "$started"
	serve "$BINDTO" -i wlan0 --listen=keep -- nc -k -l 203.0.113.2 8012
	wait_until answers 203.0.113.2 8012
	refuses 198.51.100.2 8012
	refuses 203.0.113.3 8012
	stop "$started"
	serve "$BINDTO" -i wlan0 --listen keep -- nc -k -l 127.0.0.1 8013
	wait_until in_client socat -u OPEN:/dev/null TCP:127.0.0.1:8013
	refuses 198.51.100.2 8013
	stop "$started"
}

@test "--listen=pin is what bindto does without the option" {
	WHO=user serve "$BINDTO" -i wlan0 --listen=pin -- python3 -m http.server --bind 0.0.0.0 --directory / 8014
	wait_until answers 198.51.100.2 8014
	refuses 203.0.113.2 8014
	stop "$started"
}

@test "what a listener accepts is answered by the way that the kernel chooses, and what it connects is pinned" {
	script <<-'END'
		listener = socket.create_server(("", 8015))
		while True:
		    connection, peer = listener.accept()
		    client = socket.create_connection((REMOTE4, WHO))
		    connection.sendall(client.recv(100))
		    connection.close()
	END
	as_each answers_and_connects
}

answers_and_connects() {
	local engine
	for engine in both preload supervise; do
		serve "$BINDTO" --engine $engine -i wlan0 --listen=keep -- python3 "$SCRIPT"
		wait_until answers 203.0.113.2 8015
		witness_mark
		run in_server socat -u TCP:203.0.113.2:8015,connect-timeout=5 STDOUT
		assert_output --partial "peer 198.51.100.2 "
		assert_split
		stop "$started"
	done
}

# assert_split: answers from port 8015 left by eth0, and connections to port 7000 by wlan0.
assert_split() {
	run witness_since_mark
	assert_line --regexp '^eth0 tcp 203\.0\.113\.2 8015 192\.0\.2\.1 '
	assert_line --regexp '^wlan0 tcp 198\.51\.100\.2 [0-9]+ 192\.0\.2\.1 7000$'
	refute_line --regexp '^eth0 .* 7000$'
	refute_line --regexp '^wlan0 [a-z]+ [^ ]+ 8015 '
}

@test "a stream that was bound and then connects leaves by the pin or fails" {
	script <<-'END'
		def outcome(remote, *address):
		    s = socket.socket(V6 if ":" in remote else V4)
		    s.settimeout(10)
		    s.bind(address)
		    return error(s.connect, (remote, WHO)) or s.getsockname()[0]
		pin4, pin6 = os.environ["PIN4"], os.environ["PIN6"]
		print(outcome(REMOTE4, "0.0.0.0", 7090), outcome(REMOTE4, "203.0.113.2", 7090), outcome(REMOTE4, pin4, 7091))
		print(outcome(REMOTE6, "::", 7092), outcome(REMOTE6, "2001:db8:1::2", 7092), outcome(REMOTE6, pin6, 7093))
		print(outcome(MAPPED, "::", 7094), outcome(MAPPED, "::", 0))
		print(*[outcome(REMOTE4, address, 0) for address in ("0.0.0.0", "203.0.113.2", pin4)])
		print(*[outcome(REMOTE6, address, 0) for address in ("::", "2001:db8:1::2", pin6)])
	END
	as_each bound_and_connected
}

bound_and_connected() {
	local engine
	for engine in both preload supervise; do
		witness_mark
		PIN4=198.51.100.2 PIN6=2001:db8:2::2 run client "$BINDTO" --engine $engine -i wlan0 --listen=keep -- python3 "$SCRIPT"
		assert_output '198.51.100.2 ENETUNREACH 198.51.100.2
2001:db8:2::2 ENETUNREACH 2001:db8:2::2
::ffff:198.51.100.2 ::ffff:198.51.100.2
198.51.100.2 198.51.100.2 198.51.100.2
2001:db8:2::2 2001:db8:2::2 2001:db8:2::2'
		assert_all_by wlan0 198.51.100.2 2001:db8:2::2
		witness_mark
		PIN4=203.0.113.3 PIN6=2001:db8:1::3 run client "$BINDTO" --engine $engine -a 203.0.113.3 -a 2001:db8:1::3 \
			--listen=keep -- python3 "$SCRIPT"
		assert_output 'ENETUNREACH ENETUNREACH 203.0.113.3
ENETUNREACH ENETUNREACH 2001:db8:1::3
ENETUNREACH ::ffff:203.0.113.3
203.0.113.3 203.0.113.3 203.0.113.3
2001:db8:1::3 2001:db8:1::3 2001:db8:1::3'
		assert_all_by eth0 203.0.113.3 2001:db8:1::3
	done
}

@test "a stream that was bound to port 0 keeps its port when it connects" {
	need_port_range
	script <<-'END'
		s = socket.socket()
		s.bind(("0.0.0.0", 0))
		port = s.getsockname()[1]
		s.connect((REMOTE4, WHO))
		print(s.getsockname() == (SECOND4, port))
	END
	local engine
	for engine in both preload supervise; do
		run client "$BINDTO" --engine $engine -a 203.0.113.3 --listen=keep -- python3 "$SCRIPT"
		assert_output True
	done
}

@test "dig, which binds to port 0 before it connects, asks by TCP from the pin" {
	need dig
	name_server server names ::
	local engine
	for engine in both preload supervise; do
		: >"$NETWORK_DIR/names.log"
		run client "$BINDTO" --engine $engine -a 203.0.113.3 --listen=keep -- \
			dig +tcp +short +tries=1 @192.0.2.1 one.example A
		assert_output 192.0.2.1
		assert_asked "$NETWORK_DIR/names.log" 203.0.113.3 one.example
	done
}

@test "a listener that stops to listen and connects leaves by the pin or fails" {
	script <<-'END'
		for address in "0.0.0.0", "203.0.113.2":
		    s = socket.socket()
		    s.bind((address, 7093))
		    s.listen()
		    unspec(s)
		    print(error(s.connect, (REMOTE4, WHO)) or s.getsockname()[0])
	END
	local engine
	for engine in both preload supervise; do
		witness_mark
		run client "$BINDTO" --engine $engine -i wlan0 --listen=keep -- python3 "$SCRIPT"
		assert_output $'198.51.100.2\nENETUNREACH'
		assert_only 198.51.100.2 wlan0
	done
}

@test "UDP sockets stay pinned" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		s.bind(("203.0.113.2", 7094))
		s.sendto(b"x", (REMOTE4, DISCARD))
		print(s.getsockname()[0])
	END
	as_each assert_comes_from 198.51.100.2 wlan0 "$BINDTO" -i wlan0 --listen=keep -- python3 "$SCRIPT"
}

@test "a socket that listens without a bind listens on the wildcard, on a port of the range" {
	script <<-'END'
		s = socket.socket()
		s.listen()
		print(s.getsockname()[0], 40000 <= s.getsockname()[1] <= 40099)
		s = socket.socket()
		s.bind(("203.0.113.2", 0))
		print(s.getsockname()[0], 40000 <= s.getsockname()[1] <= 40099)
	END
	local engine
	for engine in both preload supervise; do
		run client "$BINDTO" --engine $engine -i wlan0 -p 40000-40099 --listen=keep -- python3 "$SCRIPT"
		assert_output $'0.0.0.0 True\n203.0.113.2 True'
	done
}

@test "a process that forbids to be looked into connects no more if it has such a socket" {
	script <<-'END'
		s = socket.socket()
		s.bind(("203.0.113.2", 7095))
		assert libc.prctl(4, 0, 0, 0, 0) == 0
		other = socket.socket()
		print(error(s.connect, (REMOTE4, WHO)), error(other.connect, (REMOTE4, WHO)))
	END
	witness_mark
	run client "$BINDTO" --strict -i wlan0 --listen=keep -- python3 "$SCRIPT"
	assert_output 'EPERM EPERM'
	refute_packets
}

@test "-v tells that a listener is exempt, and --explain that listeners are kept" {
	run --separate-stderr client "$BINDTO" -v -i wlan0 --listen=keep -- python3 -c 'import socket
socket.create_server(("203.0.113.2", 8016))'
	# shellcheck disable=SC2154 # stderr is bats's
	assert_regex "$stderr" 'tcp 203\.0\.113\.2:8016: exempt'
	explain -i wlan0 --listen=keep -- true
	assert_works
	assert_row listeners 'TCP: on the address that the program asks for'
	explain --json -i wlan0 --listen=keep -- true
	assert_equal "$(json 'all["listeners"]')" keep
}

@test "another word than pin or keep is refused, with the nearest one" {
	run client "$BINDTO" -i lo --listen=kep true
	assert_equal "$status" 125
	assert_output "bindto: cannot use '--listen=kep': it must be one of pin, keep
hint: did you mean 'keep'?"
}
