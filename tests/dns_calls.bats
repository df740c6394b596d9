#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --dns, call by call: a script asks 192.0.2.77, which does not exist, or the stub at 127.0.0.53. It gets what it
# would get from the server itself, but sees the address that it asked as the sender.

load lib/network.bash
load lib/assertions.bash
load lib/dns.bash
on_network name_servers

# asking <SCRIPT: SCRIPT, with words for questions, becomes $SCRIPT.
asking() {
	SCRIPT=$BINDTO_TESTS_DIR/tmp/script.py
	{
		cat <<-'END'
			from sockets import *
			import sys
			SERVER = sys.argv[1]
			SERVER6 = sys.argv[-1]
			SO_RCVTIMEO = 20
			def question(number, name="a.test"):
			    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split("."))
			    return struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
			def number(answer):
			    return struct.unpack_from("!H", answer)[0]
		END
		cat
	} >"$SCRIPT"
	chmod 644 "$SCRIPT"
}

# as_asked: as $WHO and under each pin, $SCRIPT prints what it prints if it asks the server itself, but for the
# address that it asked.
as_asked() {
	local pin asked
	plain=$(client python3 "$SCRIPT" 192.0.2.1 2001:db8:9::1)
	for pin in "-a 203.0.113.3 -a 2001:db8:1::3" "-i wlan0"; do
		for asked in "192.0.2.77 2001:db8:9::77" "127.0.0.53 ::1"; do
			: >"$NETWORK_DIR/stub.log"
			# shellcheck disable=SC2086 # options
			run client "$BINDTO" $pin --dns 192.0.2.1 --dns 2001:db8:9::1 -- python3 "$SCRIPT" $asked
			assert_equal "$(sed "s/${asked% *}/192.0.2.1/g; s/${asked#* }/2001:db8:9::1/g" <<<"$output")" \
				"$plain" || return
			assert_equal "$(cat "$NETWORK_DIR/stub.log")" "" || return
		done
	done
}

@test "recvfrom, recvmsg and recvmmsg name the server that the program asked as the sender" {
	asking <<-'END'
		for family, server in (V4, SERVER), (V6, SERVER6), (V6, "::ffff:" + SERVER):
		    s = socket.socket(family, UDP)
		    s.settimeout(10)
		    s.sendto(question(1), (server, 53))
		    data, peer = s.recvfrom(1000)
		    print(number(data), peer)
		    s.sendmsg([question(2)[:5], question(2)[5:]], [], 0, (server, 53))
		    data, control, flags, peer = s.recvmsg(1000, 200)
		    print(number(data), control, flags, peer)
		    s.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL
		    s.sendmsg([question(3)], [], 0, (server, 53))
		    buffers = [bytearray(7), bytearray(3), bytearray(5)]
		    size, control, flags, peer = s.recvmsg_into(buffers, 200)
		    print(size, buffers, [c[:2] for c in control], flags == socket.MSG_TRUNC, peer)
		    s.sendto(question(4), (server, 53))
		    print(number(s.recv(1000, socket.MSG_PEEK)), s.recvfrom(1000, socket.MSG_PEEK)[1])
		    print(len(s.recvfrom(2)[0]))
		    s.connect((server, 53))
		    s.send(question(5))
		    data, peer = s.recvfrom(1000)
		    print(number(data), peer)
		    s.send(question(6))
		    print(number(s.recv(1000)))
		    s.setblocking(False)
		    print(error(s.recvfrom, 100))
	END
	as_each as_asked
}

@test "recvmmsg names the sender of each answer, and takes the answers that are there" {
	asking <<-'END'
		class Header(ctypes.Structure):
		    _fields_ = [(n, t) for n, t in zip(("name", "namelen", "iov", "iovlen", "control", "controllen", "flags", "pad", "length"),
		                (ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t) + (ctypes.c_int,) * 3)]
		s = socket.socket(V4, UDP)
		for i in range(3):
		    s.sendto(question(i, "a%d.test" % i), (SERVER, 53))
		    s.recvfrom(1000, socket.MSG_PEEK)
		    while len(s.recv(1000, socket.MSG_PEEK)) == 0: pass
		headers, kept = (Header * 5)(), []
		for header in headers:
		    name, data = ctypes.create_string_buffer(128), ctypes.create_string_buffer(1000)
		    vector = ctypes.create_string_buffer(struct.pack("=QQ", ctypes.addressof(data), 1000))
		    kept.append((name, data, vector))
		    header.name, header.namelen, header.iov, header.iovlen = ctypes.addressof(name), 128, ctypes.addressof(vector), 1
		got = 0
		while got < 3:
		    r = libc.recvmmsg(s.fileno(), ctypes.byref(headers, got * ctypes.sizeof(Header)), 5 - got, 0x10000, None)  # MSG_WAITFORONE
		    assert r > 0
		    got += r
		for header, (name, data, _) in sorted(zip(headers[:got], kept), key=lambda h: h[1][1].raw[:2]):
		    print(number(data.raw), header.length, header.namelen, socket.inet_ntoa(name.raw[4:8]), name.raw[:4].hex())
	END
	as_each as_asked
}

@test "if one socket asks two servers, each answer names the server that its question was sent to" {
	asking <<-'END'
		s = socket.socket(V4, UDP)
		s.settimeout(10)
		for asked in 1, 2, 3, 4:
		    s.sendto(question(asked), (SERVER if asked % 2 else "192.0.2.1", 53))
		answers = [s.recvfrom(1000) for _ in range(4)]
		print(sorted((number(data), peer[0]) for data, peer in answers))
	END
	as_each as_asked
}

@test "a receive that waits ends with the answer, its time limit or a signal" {
	asking <<-'END'
		import signal, threading
		s = socket.socket(V4, UDP)
		s.sendto(question(1), (SERVER, 53))
		print(s.recvfrom(1000)[1])
		s.setblocking(True)
		s.setsockopt(socket.SOL_SOCKET, SO_RCVTIMEO, struct.pack("=qq", 0, 200000))
		print(error(s.recvfrom, 100))
		s.setsockopt(socket.SOL_SOCKET, SO_RCVTIMEO, struct.pack("=qq", 0, 0))
		def interrupted(*_): raise KeyboardInterrupt
		signal.signal(signal.SIGALRM, interrupted)
		signal.setitimer(signal.ITIMER_REAL, 0.2)
		try: print(s.recvfrom(100))
		except KeyboardInterrupt: print("interrupted")
		got = []
		waits = threading.Thread(target=lambda: got.append(s.recvfrom(1000)))
		waits.start()
		t = socket.socket(V4, UDP)
		t.settimeout(10)
		t.sendto(question(7), (SERVER, 53))  # another's receive goes on meanwhile
		print(t.recvfrom(1000)[1])
		s.sendto(question(8), (SERVER, 53))
		waits.join()
		print(number(got[0][0]), got[0][1])
		child = os.fork()
		if child == 0:
		    s.recvfrom(100)
		os.kill(child, 9)
		print(os.waitpid(child, 0)[1])
	END
	as_each as_asked
	assert_line EAGAIN
	assert_line interrupted
}

@test "a duplicate of the socket and a child process get the answers under the same name" {
	asking <<-'END'
		s = socket.socket(V4, UDP)
		s.sendto(question(1), (SERVER, 53))
		copy = socket.socket(fileno=os.dup(s.fileno()))
		copy.settimeout(10)
		print(copy.recvfrom(1000)[1])
		s.sendto(question(2), (SERVER, 53))
		s.close()
		if os.fork() == 0:
		    print(copy.recvfrom(1000)[1], flush=True)
		    os._exit(0)
		os.wait()
	END
	as_each as_asked
}

@test "the same socket sends to peers that are no name server, and sees them, as without --dns" {
	asking <<-'END'
		s = socket.socket(V4, UDP)
		s.settimeout(10)
		for where in (SERVER, 53), (REMOTE4, WHO), (SERVER, 53), (REMOTE4, 5353):
		    s.sendto(question(1), where)
		    print(s.recvfrom(1000)[1])
		s.connect((REMOTE4, WHO))
		s.send(b"x")
		print(s.recvfrom(1000)[1], s.getpeername())
	END
	as_each as_asked
}

@test "a lookup over TCP goes to the server of --dns, by connect and by Fast Open" {
	asking <<-'END'
		def ask(s):
		    s.settimeout(10)
		    answer = s.recv(2)
		    return number(s.recv(1000))
		text = struct.pack("!H", len(question(1))) + question(1)
		for family, server in (V4, SERVER), (V6, SERVER6):
		    s = socket.create_connection((server, 53))
		    s.sendall(text)
		    print(ask(s))
		    for _ in range(2):
		        s = socket.socket(family)
		        print(s.sendto(text, MSG_FASTOPEN, (server, 53)), ask(s))
		        s = socket.socket(family)
		        print(s.sendmsg([text], [], MSG_FASTOPEN, (server, 53)), ask(s))
	END
	as_each as_asked
}

@test "a name server in an address of family AF_UNSPEC is recognised on an IPv4 socket" {
	asking <<-'END'
		s = socket.socket(V4, UDP)
		s.settimeout(10)
		address = struct.pack("=H", 0) + struct.pack("!H4s8x", 53, socket.inet_aton(SERVER))
		assert libc.sendto(s.fileno(), question(9), len(question(9)), 0, address, 16) == len(question(9))
		print(s.recvfrom(1000)[1])
	END
	as_each as_asked
}

@test "getpeername names the server of --dns" {
	asking <<-'END'
		s = socket.socket(V4, UDP)
		s.connect((SERVER, 53))
		print(s.getpeername())
	END
	run client "$BINDTO" -a 203.0.113.3 --dns 192.0.2.1:5353 -- python3 "$SCRIPT" 127.0.0.53
	assert_output "('192.0.2.1', 5353)"
}

other_family() {
	run client "$BINDTO" -a 2001:db8:1::3 --dns 2001:db8:9::1 -- python3 "$SCRIPT" 127.0.0.53
	assert_output $'False False 0.0 True\nTrue True 2.0 True\n1 0\n(\'127.0.0.53\', 53)'
}

@test "a socket that replaces one of the other family keeps its flags and time limits, but not its epoll sets" {
	asking <<-'END'
		import select
		for blocks in False, True:
		    s = socket.socket(V4, UDP)
		    s.setblocking(blocks)
		    s.set_inheritable(blocks)
		    s.setsockopt(socket.SOL_SOCKET, SO_RCVTIMEO, struct.pack("=qq", 2 * blocks, 0))
		    late, early = select.epoll(), select.epoll()
		    early.register(s, select.EPOLLIN)
		    s.connect((SERVER, 53))
		    late.register(s, select.EPOLLIN)
		    limit = struct.unpack("=qq", s.getsockopt(socket.SOL_SOCKET, SO_RCVTIMEO, 16))
		    print(os.get_inheritable(s.fileno()), os.get_blocking(s.fileno()), float(limit[0]), s.getsockopt(socket.SOL_SOCKET, 39) == V6)
		s.send(question(3))
		print(len(late.poll(10)), len(early.poll(0)))
		print(s.recvfrom(1000)[1])
	END
	as_each other_family
}

unseen() {
	: >"$NETWORK_DIR/stub.log"
	witness_mark
	run client "$BINDTO" "$@" --dns 192.0.2.1 -- python3 "$SCRIPT" 127.0.0.53
	assert_output "EPERM EPERM EPERM EPERM"
	run client "$BINDTO" "$@" --dns 192.0.2.1 -- python3 "$SCRIPT" 192.0.2.77
	assert_output "EPERM EPERM EPERM EPERM"
	assert_equal "$(cat "$NETWORK_DIR/stub.log")" ""
	refute_packets
}

@test "a process that the supervisor may not inspect cannot ask a name server: EPERM" {
	asking <<-'END'
		for when in 0, 1:
		    s, t = socket.socket(V4, UDP), socket.socket(V4)
		    libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
		calls = (s.connect, (SERVER, 53)), (s.sendto, question(1), (SERVER, 53)), (t.connect, (SERVER, 53)), \
		        (s.sendmsg, [question(1)], [], 0, (SERVER, 53))
		print(*(error(*call) for call in calls))
	END
	export WHO=user
	unseen -a 203.0.113.3
	unseen -i wlan0
}

@test "wrong arguments get the kernel's errors" {
	asking <<-'END'
		s = socket.socket(V4, UDP)
		s.settimeout(10)
		s.sendto(question(1), (SERVER, 53))
		s.recvfrom(1000)
		s.setblocking(False)
		name = ctypes.create_string_buffer(128)
		def recvfrom(length, data=ctypes.create_string_buffer(1000), at=name, size=1000):
		    s.sendto(question(1), (SERVER, 53))
		    length = ctypes.c_int(length) if length is not None else None
		    while True:
		        r = libc.recvfrom(s.fileno(), data, ctypes.c_size_t(size), 0, at, ctypes.byref(length) if length else ctypes.c_void_p(8))
		        if r >= 0 or ctypes.get_errno() != errno.EAGAIN: break
		    print(r, errno.errorcode[ctypes.get_errno()] if r < 0 else "", length.value if length else "")
		for length in 128, 16, 15, 4, 0:
		    ctypes.memset(name, 0xaa, 128)
		    recvfrom(length)
		    print(name.raw[:2].hex(), name.raw[8:20].hex())
		recvfrom(16, size=0)
		recvfrom(16, data=ctypes.c_void_p(8))
		recvfrom(16, at=ctypes.c_void_p(8))
		print(libc.recvmsg(s.fileno(), ctypes.c_void_p(8), 0), errno.errorcode[ctypes.get_errno()])
		print(libc.recvfrom(999, None, 0, 0, name, ctypes.byref(ctypes.c_int(16))), errno.errorcode[ctypes.get_errno()])
	END
	as_each as_asked
}

@test "AF_UNIX sockets and streams receive as without --dns" {
	asking <<-'END'
		s = socket.socket(V4, UDP)
		s.settimeout(10)
		s.sendto(question(1), (SERVER, 53))
		s.recvfrom(1000)
		a, b = socket.socketpair(socket.AF_UNIX, UDP)
		socket.send_fds(a, [b"x"], [0, 1])
		message, fds, _, _ = socket.recv_fds(b, 10, 5)
		print(message, len(fds))
		print(peer_of(socket.create_connection((REMOTE4, WHO))) != "")
		t = socket.create_connection((REMOTE4, WHO))
		print(t.recvmsg(4)[0], t.recvfrom(1)[0])
	END
	as_each as_asked
}

@test "a thousand lookups leave no descriptor behind in the supervisor" {
	asking <<-'END'
		for i in range(1000):
		    s = socket.socket(V6 if i % 2 else V4, UDP)
		    s.settimeout(10)
		    s.connect((SERVER6 if i % 2 else SERVER, 53))
		    s.send(question(i))
		    assert s.recvfrom(1000)[1][0] == (SERVER6 if i % 2 else SERVER)
		print(len(os.listdir("/proc/%d/fd" % os.getppid())) < 16 if sys.argv[1] != "192.0.2.1" else True)
	END
	export WHO=root
	as_asked
}
