#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The supervisor carries out sendmsg and sendmmsg, as root and as a user: a control message that names another
# source or interface gets the pin, and everything else is as without bindto.

load lib/network.bash
load lib/assertions.bash
load lib/supervise.bash
on_network serve_locally

setup() {
	witness_mark
}

messages() {
	client "$BINDTO" --strict=messages "$@"
}

# as_plain: $SCRIPT prints under each pin what it prints without bindto, which becomes $plain.
as_plain() {
	local pin
	plain=$(client python3 "$SCRIPT" 2>&1)
	for pin in "-a 203.0.113.3" "-i eth0"; do
		# shellcheck disable=SC2086 # options
		run messages $pin -- python3 "$SCRIPT"
		assert_output "$plain" || return
	done
}

# names_another CALL PROBE: as $WHO, PROBE's message names eth0's first address and eth0, and leaves from the pin.
names_another() {
	local eth0
	eth0=$(ip -n client -oneline link show eth0)
	eth0=${eth0%%:*}
	witness_mark
	run messages -a 203.0.113.3 -a 2001:db8:1::3 -- "$PROBE/$2" "$1" 192.0.2.1 9 203.0.113.2 "$eth0"
	assert_output --regexp '^0 [125] '
	run messages -a 203.0.113.3 -a 2001:db8:1::3 -- "$PROBE/$2" "$1" 2001:db8:9::1 9 2001:db8:1::2 "$eth0"
	assert_output --regexp '^0 [125] '
	assert_all_from 203.0.113.3 2001:db8:1::3
	witness_mark
	messages -i wlan0 -- "$PROBE/$2" "$1" 192.0.2.1 9 203.0.113.2 "$eth0"
	messages -i wlan0 -- "$PROBE/$2" "$1" 2001:db8:9::1 9 2001:db8:1::2 "$eth0"
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
}

@test "a control message that names another source or interface gets the pin" {
	local call
	for call in sendmsg sendmmsg number; do
		as_each names_another $call message
	done
}

@test "a 32-bit program's control message gets the pin, by number and by socketcall" {
	local call
	need_32_bit message
	for call in sendmsg sendmmsg number socketcall socketcalls; do
		as_each names_another $call message-m32
	done
}

@test "--strict without =messages puts the pin into control messages, too" {
	witness_mark
	strict_client "$PROBE/message" sendmsg 192.0.2.1 9 203.0.113.2 0
	assert_only 203.0.113.3 eth0
}

@test "sendmmsg writes the length of each message back" {
	lengths_written message
}

@test "sendmmsg writes the length of each message back in the layout of a 32-bit program" {
	need_32_bit message
	lengths_written message-m32
}

lengths_written() {
	run messages -a 203.0.113.3 -- "$PROBE/$1" sendmmsg 192.0.2.1 9 203.0.113.3 0
	assert_output "0 2 2 5"
}

@test "control messages that name neither a source nor an interface stay as they are" {
	script <<-'END'
		r = socket.socket(V4, UDP)
		r.bind(("127.0.0.1", 0))
		r.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL
		s = socket.socket(V4, UDP)
		s.sendmsg([b"x"], [(socket.IPPROTO_IP, 2, struct.pack("=i", 7))], 0, r.getsockname())
		print(r.recvmsg(10, 100)[:2])
		s.sendmsg([b"y"] * 1024, [(socket.IPPROTO_IP, 1, b"\x10"), (socket.IPPROTO_IP, 2, struct.pack("=i", 8))], 0, r.getsockname())
		print(r.recvmsg(2000, 100)[:2])
	END
	as_each as_plain
}

@test "exempt peers, mapped peers and groups are treated as the preload library treats them" {
	local pin
	script <<-'END'
		for family, address in (V4, "127.0.0.1"), (V6, "::1"), (V4, "203.0.113.2"), (V6, WLAN6):
		    s = socket.socket(family, UDP)
		    s.settimeout(10)
		    for where in address, (REMOTE4 if family == V4 else REMOTE6), address:
		        s.sendmsg([b"x"], [], 0, (where, WHO))
		        print(where, s.recv(100).decode().split()[1])
		s = socket.socket(V6, UDP)
		s.settimeout(10)
		for where in MAPPED, REMOTE6, MAPPED, "::ffff:127.0.0.1":
		    s.sendmsg([b"x"], [], 0, (where, WHO))
		    print(where, s.recv(100).decode().split()[1])
	END
	# shellcheck disable=SC2086 # options
	for pin in "-a 203.0.113.3 -a 2001:db8:1::3" "-i eth0" "-i wlan0"; do
		run client "$BINDTO" --engine preload $pin -- python3 "$SCRIPT"
		plain=$output
		assert_success
		run messages $pin -- python3 "$SCRIPT"
		assert_output "$plain"
	done
}

# to_loopback OPTION...: as $WHO, the sources that 127.0.0.1, ::1 and then remote peers see are $expected.
to_loopback() {
	run client "$BINDTO" "$@" -a 203.0.113.3 -a 2001:db8:1::3 -- python3 "$SCRIPT"
	assert_output "$expected"
}

@test "a loopback peer sees loopback, and a remote peer that follows sees the pin" {
	script <<-'END'
		for family, address, remote in (V4, "127.0.0.1", REMOTE4), (V6, "::1", REMOTE6):
		    s = socket.socket(family, UDP)
		    s.settimeout(10)
		    print(peer_of(s, (address, WHO)), peer_of(s, (remote, WHO)))
	END
	expected=$'127.0.0.1 203.0.113.3\n::1 2001:db8:1::3'
	as_each to_loopback --strict
	as_each to_loopback --strict=messages
	as_each to_loopback --engine preload
}

@test "wrong arguments get the kernel's errors" {
	script <<-'END'
		class Header(ctypes.Structure):
		    _fields_ = [(n, t) for n, t in zip(("name", "namelen", "iov", "iovlen", "control", "controllen", "flags"),
		                (ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int))]
		r = socket.socket(V4, UDP)
		r.bind(("127.0.0.1", 0))
		name = ctypes.create_string_buffer(struct.pack("=H", V4) + struct.pack("!H4s8x", r.getsockname()[1], socket.inet_aton("127.0.0.1")) + bytes(300))
		data = ctypes.create_string_buffer(70000)
		at = ctypes.addressof
		s = socket.socket(V4, UDP)
		def send(parts=((at(data), 1),), namelen=16, name=at(name), control=b"", controllen=None, iov=None, count=None):
		    vector = b"".join(struct.pack("=QQ", a, l) for a, l in parts)
		    vector = ctypes.create_string_buffer(vector, len(vector) or 1)
		    control = ctypes.create_string_buffer(control, len(control) or 1)
		    header = Header(name, namelen, at(vector) if iov is None else iov, len(parts) if count is None else count,
		                    at(control), len(control) - 1 if controllen is None else controllen, 0)
		    r = libc.sendmsg(s.fileno(), ctypes.byref(header), 0)
		    print(r, errno.errorcode[ctypes.get_errno()] if r < 0 else "")
		send()
		send(parts=())
		send(parts=((at(data), 65507),))
		send(parts=((at(data), 65508),))
		send(parts=((at(data), 65537),))
		send(parts=((at(data), 3),) * 1024)
		send(parts=((at(data), 3),) * 1025)
		send(parts=((at(data), 2**63 + 1),))
		send(parts=((8, 1),))
		send(parts=((at(data), 0), (8, 0), (at(data), 4)))
		send(iov=8, count=1)
		for length in 0, 2, 15, 17, 128, 129, 200, 2**31:
		    send(namelen=length)
		send(name=8)
		send(name=None)
		for length in 1, 15, 16, 17, 31, 32, 2**31:
		    send(control=struct.pack("=Qii", 20, 0, 2) + struct.pack("=i", 7) + bytes(60), controllen=length)
		send(control=struct.pack("=Qii", 4, 0, 2) + bytes(60))
		send(control=struct.pack("=Qii", 400, 0, 2) + bytes(60))
		send(control=struct.pack("=Qii", 20, 0, 77) + bytes(8))
		for fd in 999, 0, -1:
		    print(libc.sendmsg(fd, ctypes.c_void_p(8), 0), errno.errorcode[ctypes.get_errno()])
		print(libc.sendmsg(s.fileno(), ctypes.c_void_p(8), 0), errno.errorcode[ctypes.get_errno()])
		print(libc.sendmmsg(s.fileno(), ctypes.c_void_p(8), 1, 0), errno.errorcode[ctypes.get_errno()])
		print(libc.sendmmsg(s.fileno(), None, 0, 0))
	END
	as_each as_plain
}

@test "descriptors pass over AF_UNIX, and streams send all of a large message" {
	script <<-'END'
		import threading
		a, b = socket.socketpair()
		socket.send_fds(a, [b"x"], [0, 1])
		print(len(socket.recv_fds(b, 10, 5)[1]))
		l = socket.socket(V4)
		l.bind(("127.0.0.1", 0))
		l.listen()
		t = socket.create_connection(l.getsockname())
		c, _ = l.accept()
		got = []
		def read():
		    while data := c.recv(65536):
		        got.append(len(data))
		reader = threading.Thread(target=read)
		reader.start()
		print(t.sendmsg([bytes(1000000)] * 5))
		t.close()
		reader.join()
		print(sum(got))
	END
	as_each as_plain
	assert_output $'2\n5000000\n5000000'
}

@test "a caller gets SIGPIPE for a message on a broken stream" {
	script <<-'END'
		import signal
		for family in V4, socket.AF_UNIX:
		    for flags in 0, socket.MSG_NOSIGNAL:
		        signals = []
		        signal.signal(signal.SIGPIPE, lambda *_: signals.append(1))
		        a, b = socket.socketpair() if family != V4 else (socket.socket(V4), None)
		        if b: b.close()
		        a.shutdown(socket.SHUT_WR) if b else None
		        print(error(a.sendmsg, [b"x"], [], flags), signals)
	END
	as_each as_plain
	assert_line "EPIPE [1]"
}

@test "zero copy fails with the error that the kernel gives when memory for it is short" {
	python "$BINDTO" --strict=messages -a 203.0.113.3 -- <<-'END'
		ZEROCOPY = 0x4000000
		s = socket.socket(V4, UDP)
		assert s.sendmsg([b"x"], [], ZEROCOPY, (REMOTE4, DISCARD)) == 1
		s.setsockopt(socket.SOL_SOCKET, 60, 1)  # SO_ZEROCOPY
		assert error(s.sendmsg, [b"x"], [], ZEROCOPY, (REMOTE4, DISCARD)) == "ENOBUFS"
		assert s.sendmsg([b"x"], [], 0, (REMOTE4, DISCARD)) == 1
	END
}

# No neighbour answers for 203.0.113.77, so that messages to it fill the buffer until the kernel gives up.
@test "a message that waits for room stops no other call, and ends as without bindto" {
	script <<-'END'
		import signal, sys
		def full():
		    s = socket.socket(V4, UDP)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
		    s.setblocking(False)
		    while True:
		        try: s.sendmsg([bytes(1000)], [], 0, ("203.0.113.77", DISCARD))
		        except BlockingIOError: break
		    return s
		s = full()
		print(error(s.sendmsg, [b"x"], [], 0, ("203.0.113.77", DISCARD)))
		s.setblocking(True)
		print(error(s.sendmsg, [b"x"], [], socket.MSG_DONTWAIT, ("203.0.113.77", DISCARD)))
		s = full()
		s.setblocking(True)
		s.setsockopt(socket.SOL_SOCKET, 21, struct.pack("=qq", 0, 300000))  # SO_SNDTIMEO
		print(error(s.sendmsg, [b"x"], [], 0, ("203.0.113.77", DISCARD)))
		s = full()
		s.setblocking(True)
		child = os.fork()
		if child == 0:
		    s.sendmsg([b"x"], [], 0, ("203.0.113.77", DISCARD))  # waits
		    print("sent", flush=True)
		    os._exit(0)
		print(peer_of(socket.create_connection((REMOTE4, WHO))) != "", flush=True)
		print(os.waitpid(child, 0)[1])
		def interrupted(*_): raise KeyboardInterrupt
		signal.signal(signal.SIGALRM, interrupted)
		s = full()
		s.setblocking(True)
		try:
		    signal.setitimer(signal.ITIMER_REAL, 0.3)
		    print(s.sendmsg([b"x"], [], 0, ("203.0.113.77", DISCARD)))
		except KeyboardInterrupt: print("interrupted")
	END
	as_each as_plain
	assert_output $'EAGAIN\nEAGAIN\nEAGAIN\nTrue\nsent\n0\ninterrupted'
}

# fast_open OPTION...: as $WHO, $SCRIPT prints $expected.
fast_open() {
	run client "$BINDTO" "$@" -- python3 "$SCRIPT"
	assert_output "$expected"
}

@test "Fast Open by sendmsg is pinned, and on a blocking socket sends all of its data" {
	script <<-'END'
		import threading
		for family, where in (V4, REMOTE4), (V6, REMOTE6):
		    for _ in range(2):  # without a cookie, and with one
		        s = socket.socket(family)
		        assert s.sendmsg([b"early"], [], MSG_FASTOPEN, (where, WHO)) == 5
		        print(peer_of(s))
		s = socket.socket(V4)
		assert s.sendmsg([bytes(300000)] * 10, [], MSG_FASTOPEN, (REMOTE4, HOLD)) == 3000000
		l = socket.socket(V4)
		l.bind(("127.0.0.1", 0))
		print(error(socket.socket(V4).sendmsg, [b"x"], [], MSG_FASTOPEN, l.getsockname()))
		s = socket.socket(V4)
		s.setblocking(False)
		print(error(s.sendmsg, [b"x"], [], MSG_FASTOPEN, ("203.0.113.77", HOLD)))
		print(libc.sendmmsg(s.fileno(), None, 0, MSG_FASTOPEN), errno.errorcode[ctypes.get_errno()])
	END
	for pin in "-i wlan0" "--strict=messages -i wlan0"; do
		expected=$'198.51.100.2\n198.51.100.2\n2001:db8:2::2\n2001:db8:2::2\nECONNREFUSED\nEINPROGRESS\n-1 ENOTSUP'
		witness_mark
		# shellcheck disable=SC2086 # options
		as_each fast_open --engine supervise $pin
		assert_all_by wlan0 198.51.100.2 2001:db8:2::2
	done
	expected=$'203.0.113.3\n203.0.113.3\n2001:db8:1::3\n2001:db8:1::3\nECONNREFUSED\nEINPROGRESS\n-1 ENOTSUP'
	as_each fast_open --strict=messages -a 203.0.113.3 -a 2001:db8:1::3
}

@test "a process that the supervisor may not inspect cannot send by sendmsg" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
		print(error(s.sendmsg, [b"x"], [pktinfo(V4, None, "203.0.113.2")], 0, (REMOTE4, DISCARD)))
	END
	run messages -a 203.0.113.3 -- python3 "$SCRIPT"
	assert_output EPERM
	refute_packets
}

@test "bindto names a bad word after --strict=" {
	run client "$BINDTO" --strict=message -a 203.0.113.3 -- true
	assert_equal "$status" 125
	assert_output "bindto: cannot use '--strict=message': the only word that it takes is 'messages'"
}
