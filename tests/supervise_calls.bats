#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The supervisor carries out calls for a program: calls that wait, callers that are killed, callers that it may not
# inspect, and the rights that a call has.

load lib/network.bash
load lib/assertions.bash
load lib/supervise.bash
on_network dig_hole

dig_hole() {
	# The router loses what is sent to 192.0.2.200, so that a connect to it waits.
	ip -n router -batch - <<-'BATCH'
		link add hole type veth peer name bottom
		link set hole up
		link set bottom up
		neigh add 192.0.2.201 lladdr 02:00:00:00:00:01 dev hole nud permanent
		route add 192.0.2.200/32 via 192.0.2.201 dev hole onlink
	BATCH
}

# The child sends SIGALRM when the connect waits. If the connect waits again when SIGALRM has been handled, the
# child sends SIGUSR1, which no handler restarts. How many signals the connect took is the child's status.
@test "signals interrupt a connect that waits, or restart it, as they do without bindto" {
	script <<-'END'
		import select, signal, time
		HOLE = "192.0.2.200", 80
		def sleeps(pid):
		    return open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0] == "S"
		def disturb(caller, inode, handled, returned):
		    wait_until(lambda: connects_waiting(inode))
		    os.kill(caller, signal.SIGALRM)
		    os.read(handled, 1)
		    signals = 1
		    while True:
		        is_waiting = sleeps(caller) # before connect() has returned, nothing else lets it sleep
		        if select.select([returned], [], [], 0)[0]:
		            os._exit(signals)
		        if is_waiting:
		            os.kill(caller, signal.SIGUSR1)
		            signals = 2
		        time.sleep(0.02)
		def connect(restart, limit):
		    for number in signal.SIGALRM, signal.SIGUSR1:
		        signal.signal(number, lambda *_: None)
		    signal.siginterrupt(signal.SIGALRM, not restart)
		    (handled, note), (returned, tell) = os.pipe(), os.pipe()
		    os.set_blocking(note, False)
		    signal.set_wakeup_fd(note)
		    s = socket.socket(V4)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("=qq", limit, 0))
		    caller, child = os.getpid(), os.fork()
		    if child == 0:
		        disturb(caller, os.fstat(s.fileno()).st_ino, handled, returned)
		    r = libc.connect(s.fileno(), packed(*HOLE), 16)
		    name = errno.errorcode[ctypes.get_errno()]
		    os.write(tell, b"x")
		    signals = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
		    print(restart, limit, r, name, signals)
		for restart in False, True:
		    for limit in 0, 100:
		        connect(restart, limit)
	END
	plain=$(client python3 "$SCRIPT")
	run strict_client python3 "$SCRIPT"
	assert_output "$plain"
	assert_line "False 0 -1 EINTR 1"
	assert_line "True 0 -1 EINTR 2"
}

@test "a connect that waits stops no other call, and is killed at once" {
	script <<-'END'
		import threading, time
		HOLE = "192.0.2.200", 80
		for _ in range(64):
		    threading.Thread(target=socket.socket(V4).connect, args=(HOLE,), daemon=True).start()
		wait_until(lambda: connects_waiting() == 64)
		for _ in range(20):
		    assert peer_of(socket.create_connection((REMOTE4, WHO))) == "203.0.113.3"
		assert connects_waiting() == 64
		print("ready", flush=True)
		time.sleep(600)
	END
	# shellcheck disable=SC2086 # options
	run client sh -c 'said=$(mktemp); "$@" >"$said" &
		until [ -s "$said" ] || ! kill -0 $!; do sleep 0.1; done
		cat "$said"; rm "$said"; kill $!; wait $!; echo $?' - "$BINDTO" $STRICT python3 "$SCRIPT"
	assert_line ready
	assert_line 143
	wait_until no_bindto_left
}

@test "the supervisor goes on when callers are killed in the middle of calls" {
	script <<-'END'
		import random, time
		def work():
		    while True:
		        s = socket.socket(V4)
		        s.bind(("127.0.0.1", 0))
		        s.listen()
		        t = socket.create_connection(s.getsockname())
		        u = socket.socket(V6, UDP)
		        u.close(), s.close(), t.close()
		children = []
		end = time.monotonic() + 4
		while time.monotonic() < end:
		    while len(children) < 8:
		        child = os.fork()
		        if child == 0: work()
		        children.append(child)
		    time.sleep(random.random() * 0.005)
		    child = children.pop(0)
		    os.kill(child, 9)
		    assert os.waitpid(child, 0)[1] == 9
		for child in children: os.kill(child, 9)
		print(peer_of(socket.create_connection((REMOTE4, WHO))), len(os.listdir("/proc/%d/fd" % os.getppid())) < 16)
	END
	WHO=root run strict_client python3 "$SCRIPT"
	assert_output "203.0.113.3 True"
	WHO=user run strict_client python3 "$SCRIPT"
	assert_output --partial "Permission denied" # nobody may inspect the supervisor
}

@test "600 threads may wait in a call at once" {
	script <<-'END'
		import collections, threading
		results = collections.Counter()
		def wait():
		    s = socket.socket(V4)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("=qq", 8, 0))
		    results[error(s.connect, ("192.0.2.200", 80))] += 1
		threads = [threading.Thread(target=wait) for _ in range(600)]
		for t in threads: t.start()
		for t in threads: t.join()
		print(dict(results))
	END
	LIMIT=300 run strict_client python3 "$SCRIPT"
	assert_output "{'EINPROGRESS': 600}"
}

# forbid: a script forbids inspection, and then prints what its calls do.
forbid() {
	script <<-'END'
		libc.prctl(4, 0, 0, 0, 0) # PR_SET_DUMPABLE
		def tell(*words): print(*words, flush=True)
		def stream(family, address):
		    with socket.socket(family) as s:
		        s.settimeout(2)
		        failure = error(s.connect, (address, WHO))
		        tell("tcp", failure or peer_of(s))
		def datagram(family, address):
		    with socket.socket(family, UDP) as s:
		        failure = error(s.connect, (address, DISCARD))
		        tell("udp", failure or s.getsockname()[0])
		        error(s.send, b"x")
		    with socket.socket(family, UDP) as s:
		        tell("sendto", error(s.sendto, b"x", (address, DISCARD)))
		for family, address in (V4, REMOTE4), (V6, REMOTE6):
		    stream(family, address), datagram(family, address)
		for kind in TCP, UDP:
		    for family, own in (V4, ("203.0.113.2",)), (V6, ("2001:db8:1::2",)):
		        for address in own + ("0.0.0.0" if family == V4 else "::",):
		            s = socket.socket(family, kind)
		            tell("bind", error(s.bind, (address, 7777)), s.getsockname()[0] in own)
		            packed = struct.pack("=HH", family, 0) + (bytes(4) if family == V6 else b"") + socket.inet_pton(family, address)
		            r = [libc.bind(s.fileno(), packed.ljust(128, b"\0"), length) for length in (29, 110, 128)]
		            tell("bind", r, s.getsockname()[0] in own)
		            s.close()
		with socket.socket(V4) as s:
		    s.listen()
		    tell("listen", s.getsockname()[0])
		name = os.environ["TMPDIR"] + "/unseen.%d" % os.getpid()
		with socket.socket(socket.AF_UNIX) as s, socket.socket(socket.AF_UNIX) as t:
		    tell("unix", error(s.bind, name), error(s.listen), error(t.connect, name))
		os.unlink(name)
	END
}

@test "a process that the supervisor may not inspect reaches peers from the pin, or not at all" {
	local pin source uplink sendto
	forbid
	while read -r source uplink sendto pin; do
		witness_mark
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" -s $pin -- python3 "$SCRIPT"
		assert_success
		assert_line --index 0 "tcp $source"
		assert_line --index 1 "udp $source"
		assert_line --index 2 "sendto $sendto"
		refute_line --regexp '^bind .*(None|0,|True)'
		refute_line --regexp '^bind \[.*0'
		assert_line "listen $source"
		assert_line "unix None None None"
		run astray "$source" "$uplink" <<<"$(witness_since_mark | grep -v " 2001:")"
		assert_output ""
		run grep -vE "^$uplink [a-z0-9]* 2001:db8:.::[23] " <<<"$(witness_since_mark | grep " 2001:")"
		assert_output ""
	done <<-'END'
		203.0.113.3 eth0 None -a 203.0.113.3
		203.0.113.3 eth0 None -a 203.0.113.3 -a 2001:db8:1::3
		198.51.100.2 wlan0 EPERM -i wlan0
		198.51.100.3 wlan0 EPERM -i wlan0 -a 198.51.100.3
	END
	run client "$BINDTO" -s -i wlan0 -e 10.0.0.0/8 -- python3 "$SCRIPT"
	assert_line "tcp EPERM"
	WHO=root run client "$BINDTO" -s -i wlan0 -- python3 "$SCRIPT"
	assert_line "tcp 198.51.100.2"
	assert_line "bind None False"
}

@test "a socket that a process made before it forbade inspection stays held to the pin" {
	script <<-'END'
		sockets = [socket.socket(V4), socket.socket(V6), socket.socket(V4, UDP)]
		bound = socket.socket(V6)
		bound.bind(("::1", 0))
		six = socket.socket(V6, UDP)
		libc.prctl(4, 0, 0, 0, 0)
		def reach(s, call=None):
		    return error(call or s.connect, (REMOTE6 if s.family == V6 else REMOTE4, WHO))
		print(*map(reach, sockets))
		print(reach(bound), unspec(six), reach(six) or error(six.send, b"x"))
		s = socket.socket(V4, UDP)
		print(error(s.bind, ("203.0.113.2", 0)), error(s.setsockopt, socket.SOL_SOCKET, 25, b"eth0"))
		print(error(socket.socket(V4, UDP).sendmsg, [b"x"], [], 0, (REMOTE4, WHO)))
	END
	witness_mark
	run client "$BINDTO" -s -i wlan0 -- python3 "$SCRIPT"
	assert_line --index 0 "None None None"
	assert_line --index 1 "ENETUNREACH None EPIPE"
	assert_line --index 2 "EPERM EPERM"
	assert_line --index 3 "EPERM"
	assert_all_by wlan0 198.51.100.2 2001:db8:2::2
	witness_mark
	run client "$BINDTO" -s -a 198.51.100.2 -- python3 "$SCRIPT"
	assert_line --index 0 "None EAFNOSUPPORT None"
	assert_line --index 1 "ENETUNREACH None EAFNOSUPPORT"
	run grep -v ' 198.51.100.2 ' <<<"$(witness_since_mark)"
	assert_output ""
}

@test "a process that forbids inspection and has no datagram socket may send to AF_UNIX peers as it likes" {
	script <<-'END'
		libc.prctl(4, 0, 0, 0, 0)
		left, right = socket.socketpair(socket.AF_UNIX, UDP)
		print(error(left.sendmsg, [b"x"]), right.recv(9))
	END
	run client "$BINDTO" -s -i wlan0 -- python3 "$SCRIPT"
	assert_output "None b'x'"
}

@test "ssh-agent, which forbids inspection, does its work" {
	need ssh-agent ssh-add ssh-keygen
	local key=$BINDTO_TESTS_DIR/tmp/agent.key
	rm -f "$key" "$key.pub"
	ssh-keygen -q -t ed25519 -N '' -C agent -f "$key"
	chmod 644 "$key"
	as_each has_agent
}

has_agent() {
	run client "$BINDTO" -s -i wlan0 -- ssh-agent sh -c 'umask 077; cat "$1" >"$TMPDIR/key"; ssh-add -q "$TMPDIR/key" && ssh-add -l; rm "$TMPDIR/key"' - "$key"
	assert_success
	assert_output --regexp '^256 SHA256:.* agent \(ED25519\)$'
}

@test "a root process that gave up its rights gets none back" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is no other user"
	script <<-'END'
		s = socket.socket(V4)
		print(error(socket.socket, V4, RAW, 1), error(s.bind, ("203.0.113.3", 80)))
		u = socket.socket(V4, UDP)
		print(os.fstat(u.fileno()).st_uid, error(u.connect, (REMOTE4, DISCARD)))
	END
	export WHO=root
	local drop=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all)
	plain=$(client "${drop[@]}" python3 "$SCRIPT")
	for pin in "-a 203.0.113.3" "-i eth0"; do
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" -s $pin -- "${drop[@]}" python3 "$SCRIPT"
		assert_output "$plain"
		assert_line "EPERM EACCES"
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" -s $pin -- setpriv --bounding-set=-all --inh-caps=-all --reuid=0 python3 "$SCRIPT"
		assert_line --partial "EPERM EACCES"
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" -s $pin -- unshare -U -r python3 "$SCRIPT"
		assert_line --partial "EPERM EACCES"
		# shellcheck disable=SC2086 # options
		run client "$BINDTO" -s $pin -- python3 "$SCRIPT"
		assert_line "None None"
	done
}

@test "a socket belongs to the user and groups that its process has when it makes it" {
	[ -z "${BINDTO_TESTS_NESTED:-}" ] || skip "there is no other user"
	script <<-'END'
		PING = 1 # IPPROTO_ICMP
		def owner():
		    s = socket.socket(V4)
		    return os.fstat(s.fileno()).st_uid, error(socket.socket, V4, UDP, PING), error(s.bind, ("203.0.113.3", 80))
		open("/proc/sys/net/ipv4/ping_group_range", "w").write("1234 1234")
		print(owner())
		os.setgroups([1234])
		print(owner())
		os.setgroups([])
		print(owner())
		libc.setfsgid(1234)
		libc.setfsuid(65533)
		print(owner())
		libc.setfsuid(0)
		os.setegid(1234)
		print(owner())
		os.seteuid(65533)
		print(owner())
		os.seteuid(0)
		print(owner())
		os.setresuid(65533, 65533, 65533)
		print(owner())
	END
	export WHO=root
	plain=$(client python3 "$SCRIPT")
	run strict_client python3 "$SCRIPT"
	assert_output "$plain"
	assert_line --index 0 "(0, 'EACCES', None)"
	assert_line --index 1 "(0, None, None)"
	assert_line --index 2 "(0, 'EACCES', None)"
	assert_line --index 7 "(65533, None, 'EACCES')"
}

@test "a program in a network namespace of its own gets no internet sockets: EACCES" {
	script <<-'END'
		print(error(socket.socket, V4), error(socket.socket, V6, UDP), error(socket.socket, socket.AF_UNIX))
	END
	as_each other_namespace
}

other_namespace() {
	run strict_client unshare -r -n python3 "$SCRIPT"
	assert_output "EACCES EACCES None"
	witness_mark
}

@test "a process that enters another network namespace gets no sockets, by whichever call it enters" {
	script <<-'END'
		import signal, threading
		NEW = 0x50000000 # CLONE_NEWUSER | CLONE_NEWNET
		libc.syscall.restype = ctypes.c_long
		def by_unshare():
		    child = os.fork()
		    if child == 0:
		        assert libc.unshare(NEW) == 0
		    return child
		def by_clone():
		    return libc.syscall(NUMBERS["clone"], ctypes.c_ulong(NEW | signal.SIGCHLD), 0, 0, 0, 0)
		def by_clone3():
		    return libc.syscall(NUMBERS["clone3"], struct.pack("=QQQQQQQQ", NEW, 0, 0, 0, signal.SIGCHLD, 0, 0, 0), ctypes.c_ulong(64))
		def by_setns():
		    first, second = os.pipe(), os.pipe()
		    other = by_unshare()
		    if other == 0:
		        os.write(first[1], b"x")
		        os.read(second[0], 1)
		        os._exit(0)
		    os.read(first[0], 1)
		    child = os.fork()
		    if child == 0:
		        for name in "user", "net":
		            assert libc.setns(os.open("/proc/%d/ns/%s" % (other, name), os.O_RDONLY), 0) == 0
		        os.write(second[1], b"x")
		    return child
		assert error(socket.socket, V4) is None
		child = {"unshare": by_unshare, "clone": by_clone, "clone3": by_clone3, "setns": by_setns}[sys.argv[1]]()
		assert child >= 0
		os.write(1, b"%s %s\n" % (b"child" if child == 0 else b"parent", str(error(socket.socket, V4)).encode()))
		os._exit(0) if child == 0 else os.waitpid(child, 0)
	END
	sed -i '1i import sys' "$SCRIPT"
	for how in unshare clone clone3 setns; do
		run strict_client python3 "$SCRIPT" $how
		assert_line "parent None"
		assert_line "child EACCES"
		assert_equal "${#lines[@]}" 2
	done
}
