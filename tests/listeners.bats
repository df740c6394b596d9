#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Real servers run in the client under bindto, as root and as an unprivileged user: which of the client's
# addresses accept connections, which refuse them, and by which uplink the answers leave.
# shellcheck disable=SC2154 # started is network.bash's

load lib/network.bash
load lib/assertions.bash
on_network

ALL4=(203.0.113.2 203.0.113.3 198.51.100.2 198.51.100.3)
ALL6=(2001:db8:1::2 2001:db8:1::3 2001:db8:2::2 2001:db8:2::3)

# serve COMMAND...: starts COMMAND in the client as $WHO.
serve() {
	if [ "$WHO" = root ]; then
		start client "$@"
	else
		start client "${AS_USER[@]}" "$@"
	fi
}

# assert_open PORT ADDRESS...: these addresses accept, and the client's others of that family refuse.
assert_open() {
	local port=$1 all address
	shift
	if [[ $1 == *:* ]]; then all=("${ALL6[@]}"); else all=("${ALL4[@]}"); fi
	wait_until answers "$1" "$port"
	for address in "${all[@]}"; do
		if [[ " $* " == *" $address "* ]]; then
			answers "$address" "$port" || fail "$address does not answer"
		else
			refuses "$address" "$port" || fail "$address does not refuse"
		fi
	done
}

# local_refuses ADDRESS PORT: the client itself cannot connect there.
local_refuses() {
	run in_client socat -u OPEN:/dev/null "TCP:$(bracketed "$1"):$2,connect-timeout=3"
	assert_failure
}

# is_served PORT FAMILIES COMMAND...: COMMAND serves on every address alone, and on the pin's under a pin.
is_served() {
	local port=$1 families=$2
	shift 2
	each_way_of_serving "$port" "$families" "" "$@"
	each_way_of_serving "$port" "$families" address "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- "$@"
	each_way_of_serving "$port" "$families" interface "$BINDTO" -i wlan0 -- "$@"
}

each_way_of_serving() {
	local port=$1 families=$2 pin=$3
	shift 3
	serve "$@"
	local server=$started
	case $families:$pin in
	*4*:) assert_open "$port" "${ALL4[@]}" ;;&
	*6*:) assert_open "$port" "${ALL6[@]}" ;;&
	*4*:address) assert_open "$port" 203.0.113.3 && local_refuses 127.0.0.1 "$port" ;;&
	*6*:address) assert_open "$port" 2001:db8:1::3 && local_refuses ::1 "$port" ;;&
	*4*:interface) assert_open "$port" 198.51.100.2 ;;&
	*6*:interface) assert_open "$port" 2001:db8:2::2 ;;
	esac
	stop "$server"
}

@test "python3 -m http.server answers on the pin only" {
	as_each is_served 8000 4 python3 -m http.server --bind 0.0.0.0 --directory / 8000
	as_each is_served 8001 6 python3 -c 'import sys, socket, http.server as h
class Server(h.HTTPServer):
	address_family = socket.AF_INET6
	def server_bind(self):
		self.socket.setsockopt(41, 26, 1)
		super().server_bind()
Server(("::", 8001), h.SimpleHTTPRequestHandler).serve_forever()'
}

@test "a dual-stack listener under an interface answers on all of that interface's addresses" {
	as_each dual_stack_by_interface
}

dual_stack_by_interface() {
	serve "$BINDTO" -i wlan0 -- python3 -m http.server --bind :: --directory / 8002
	assert_open 8002 198.51.100.2 198.51.100.3
	assert_open 8002 2001:db8:2::2 2001:db8:2::3
	stop "$started"
}

@test "redis-server answers on the pin only" {
	need redis-server
	as_each is_served 6379 46 redis-server --save "" --protected-mode no --port 6379 --bind 0.0.0.0 ::
}

@test "nginx answers on the pin only" {
	need nginx
	as_each nginx_is_served
}

nginx_is_served() {
	local dir
	dir=$BINDTO_TESTS_DIR/tmp/nginx.$WHO
	mkdir -p "$dir"
	chmod 777 "$dir"
	cat >"$dir/nginx.conf" <<-END
		daemon off;
		user root root;
		pid $dir/pid;
		error_log $dir/error.log;
		events { }
		http {
		  access_log off;
		  client_body_temp_path $dir/body; proxy_temp_path $dir/proxy; fastcgi_temp_path $dir/fastcgi;
		  uwsgi_temp_path $dir/uwsgi; scgi_temp_path $dir/scgi;
		  server { listen 0.0.0.0:8080; listen [::]:8080 ipv6only=on; location / { return 200 "nginx\n"; } }
		}
	END
	is_served 8080 46 nginx -e "$dir/error.log" -c "$dir/nginx.conf"
}

@test "the answers of a listener under an interface leave by that interface" {
	need curl
	as_each answers_by_interface
}

answers_by_interface() {
	serve "$BINDTO" -i wlan0 -- python3 -m http.server --bind 0.0.0.0 --directory / 8003
	wait_until answers 198.51.100.2 8003
	witness_mark
	in_server curl -sS --max-time 10 -o /dev/null http://198.51.100.2:8003/
	assert_only 198.51.100.2 wlan0
	stop "$started"
	serve python3 -m http.server --bind 0.0.0.0 --directory / 8003
	wait_until answers 198.51.100.2 8003
	witness_mark
	in_server curl -sS --max-time 10 -o /dev/null http://198.51.100.2:8003/
	assert_only 198.51.100.2 eth0
	stop "$started"
}

@test "a listener on loopback stays on loopback" {
	as_each stays_on_loopback
}

stays_on_loopback() {
	local pin address
	for pin in "-a 203.0.113.3 -a 2001:db8:1::3" "-i wlan0"; do
		for address in 127.0.0.1 ::1; do
			# shellcheck disable=SC2086 # options
			serve "$BINDTO" $pin -- python3 -m http.server --bind "$address" --directory / 8004
			wait_until in_client curl -sS --max-time 5 -o /dev/null "http://$(bracketed $address):8004/" 2>/dev/null
			refuses 203.0.113.3 8004
			refuses 2001:db8:1::3 8004
			refuses 198.51.100.2 8004
			stop "$started"
		done
	done
}

@test "a socket that is bound to a group stays bound to it, and hears it" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		s.bind(("239.7.7.8", 5001))
		print(s.getsockname()[0])
		s = socket.socket(V6, UDP)
		s.bind(("ff05::78", 5001))
		print(s.getsockname()[0])
	END
	as_each stays_on_the_group
}

stays_on_the_group() {
	local pin
	for pin in "-a 203.0.113.3 -a 2001:db8:1::3" "-i wlan0"; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" $pin -- python3 "$SCRIPT"
		assert_output $'239.7.7.8\nff05::78'
	done
}

@test "a listener that names another address of this host gets the pin; under -i it keeps one of that interface" {
	script <<-'END'
		for address in "203.0.113.2", "198.51.100.3", "2001:db8:1::2":
		    s = socket.socket(V6 if ":" in address else V4)
		    print(error(s.bind, (address, 7070)) or s.getsockname()[0])
	END
	as_each foreign_bind
}

foreign_bind() {
	run client python3 "$SCRIPT"
	assert_output $'203.0.113.2\n198.51.100.3\n2001:db8:1::2'
	run client "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- python3 "$SCRIPT"
	assert_line --index 0 203.0.113.3
	assert_line --index 2 2001:db8:1::3
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output $'198.51.100.2\n198.51.100.3\n2001:db8:2::2'
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_line --index 2 EADDRNOTAVAIL
}

@test "a wildcard listener of a refused family listens on loopback only" {
	script <<-'END'
		for family, wildcard in (V4, "0.0.0.0"), (V6, "::"):
		    s = socket.socket(family)
		    if family == V6:
		        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
		    s.bind((wildcard, 7071))
		    print(s.getsockname()[0])
	END
	as_each wildcard_of_a_refused_family
}

wildcard_of_a_refused_family() {
	run client "$BINDTO" -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_output $'203.0.113.3\n::1'
	run client "$BINDTO" -a 2001:db8:1::3 -- python3 "$SCRIPT"
	assert_output $'127.0.0.1\n2001:db8:1::3'
}

@test "a socket that listens without a bind listens on the pin" {
	script <<-'END'
		for family in V4, V6:
		    s = socket.socket(family)
		    if family == V6:
		        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
		    s.listen()
		    assert s.getsockname()[1] > 0
		    print(s.getsockname()[0])
	END
	as_each listens_without_bind
}

listens_without_bind() {
	run client python3 "$SCRIPT"
	assert_output $'0.0.0.0\n::'
	run client "$BINDTO" -a 203.0.113.3 -a 2001:db8:1::3 -- python3 "$SCRIPT"
	assert_output $'203.0.113.3\n2001:db8:1::3'
	run client "$BINDTO" -i wlan0 -- python3 "$SCRIPT"
	assert_output $'198.51.100.2\n2001:db8:2::2'
}

@test "a bind to port 0 takes a port at once, and a second bind fails, as without bindto" {
	script <<-'END'
		for kind in TCP, UDP:
		    s = socket.socket(V4, kind)
		    s.bind(("0.0.0.0", 0))
		    print(s.getsockname()[1] > 0, error(s.bind, ("0.0.0.0", 0)))
	END
	for prefix in "" "$BINDTO -a 203.0.113.3" "$BINDTO -i wlan0" "$BINDTO -p 40000-40100"; do
		# shellcheck disable=SC2086 # words
		run client $prefix python3 "$SCRIPT"
		assert_output $'True EINVAL\nTrue EINVAL'
	done
}

@test "a UDP server answers from the pin, even if its IP_PKTINFO names the address that was asked" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		s.settimeout(20)
		s.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
		s.bind(("0.0.0.0", 7072))
		open(os.environ["READY"], "w").close()
		data, control, _, peer = s.recvmsg(100, 100)
		s.sendto(b"plain", peer)
		device, spec, to = struct.unpack("=i4s4s", control[0][2])
		s.sendmsg([b"pktinfo"], [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("=i4s4s", 0, spec, b""))], 0, peer)
	END
	udp_server_answers 198.51.100.2 eth0
	udp_server_answers 203.0.113.3 eth0 "$BINDTO" -a 203.0.113.3 --
	udp_server_answers 198.51.100.2 wlan0 "$BINDTO" -i wlan0 --
}

udp_server_answers() {
	local address=$1 uplink=$2 ready=$NETWORK_DIR/udp.ready
	shift 2
	rm -f "$ready"
	WHO=root serve env READY="$ready" "$@" python3 "$SCRIPT"
	wait_until test -e "$ready"
	witness_mark
	run in_server python3 -c "from sockets import *; s = socket.socket(V4, UDP); s.settimeout(10)
s.sendto(b'?', ('$address', 7072))
for _ in range(2): print(*[str(x) for x in s.recvfrom(100)][:1], flush=True)"
	assert_output $'b\'plain\'\nb\'pktinfo\''
	wait_until gone "$started"
	if [ $# -gt 0 ]; then
		assert_only "$address" "$uplink"
	else
		run witness_since_mark
		assert_line --partial " 203.0.113.2 "
	fi
}
