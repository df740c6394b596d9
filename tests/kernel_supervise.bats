#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the supervisor relies on in the kernel, each proved without bindto (preload/pin/FACTS.md numbers the facts).

load lib/network.bash
load lib/assertions.bash
on_network

@test "the inodes of /proc/TID/net tell network namespaces apart, even for a non-dumpable process" {
	script <<-'END'
		import sys, threading
		def inode(of): return os.stat("/proc/%s/net/dev" % of).st_ino
		reader, writer = os.pipe()
		children = []
		for prepare in (lambda: None), (lambda: libc.prctl(4, 0, 0, 0, 0)), (lambda: libc.unshare(0x50000000)):
		    child = os.fork()
		    if child == 0:
		        prepare()
		        os.write(writer, b"x")
		        threading.Event().wait(5)
		        os._exit(0)
		    os.read(reader, 1)
		    try:
		        os.stat("/proc/%d/ns/net" % child)
		        seen = True
		    except PermissionError:
		        seen = False
		    print(inode(child) == inode("self"), seen)
		    os.kill(child, 9)
	END
	WHO=user run client python3 "$SCRIPT"
	assert_output $'True True\nTrue False\nFalse True'
}

@test "a socket that has a device refuses a unicast interface, even its own" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		unicast_if(s, "wlan0")
		device(s, "wlan0")
		print(error(unicast_if, s, "wlan0"))
	END
	run client python3 "$SCRIPT"
	assert_output EINVAL
}

@test "a filter sees whole registers, of which the kernel reads only the lower half for an int" {
	script <<-'END'
		libc.syscall.restype = ctypes.c_long
		fd = libc.syscall(NUMBERS["socket"], ctypes.c_ulong(0x5a5a5a5a << 32 | V4), ctypes.c_ulong(TCP), ctypes.c_ulong(0))
		print(socket.socket(fileno=fd).family == V4)
	END
	run client python3 "$SCRIPT"
	assert_output True
}

# handover <SCRIPT: a script with the words of handover.py, run by a user.
handover() {
	python3 "$BINDTO_TESTS_DIR/lib/supervision.py" || skip "this kernel has no user notification as of Linux 5.14"
	{ echo 'from handover import *' && cat; } | python
}

@test "fact 11: a supervisor answers socket(2) with a socket that it made and pinned" {
	handover <<-'END'
		caller = Caller()
		fd = caller.give(caller.notice(), born(SECOND4))
		assert socket.socket(fileno=fd).getsockname() == (SECOND4, 0)
	END
}

@test "fact 12: a process that is not dumpable lets nobody have its descriptors or its memory" {
	python <<-'END'
		import signal
		reader, writer = os.pipe()
		child = os.fork()
		if child == 0:
		    libc.prctl(1, 9, 0, 0, 0) # PR_SET_PDEATHSIG
		    libc.prctl(4, 0, 0, 0, 0) # PR_SET_DUMPABLE
		    os.write(writer, b"x")
		    signal.pause()
		os.read(reader, 1)
		room = ctypes.create_string_buffer(8)
		part = ctypes.create_string_buffer(struct.pack("=QQ", ctypes.addressof(room), 8))
		none = ctypes.c_ulong(0) # the last argument lies on the stack: all of it counts
		for call in ("pidfd_getfd", os.pidfd_open(child), 0, 0), ("process_vm_readv", child, part, 1, part, 1, none):
		    assert by_number(*call) == -1 and ctypes.get_errno() == errno.EPERM, call[0]
		os.kill(child, 9)
	END
}

@test "fact 13: a call that waits for a supervisor fails with ENOSYS if that one is gone" {
	handover <<-'END'
		caller = Caller()
		caller.notice()
		os.close(caller.listener)
		caller.join()
		assert caller.result == "ENOSYS"
	END
}

@test "fact 16: a second listener in a chain of filters is refused with EBUSY" {
	handover <<-'END'
		assert install() >= 0
		assert install() == "EBUSY"
	END
}

# in_cgroup <SCRIPT: a script of root's that may make a cgroup of its own.
in_cgroup() {
	export WHO=root
	run handover < <(
		cat <<-'END'
			import sys
			from cgroup import Cgroup
			try:
			    made = Cgroup()
			except OSError as failure:
			    print(failure)
			    sys.exit(77)
		END
		cat
	)
	[ "$status" -ne 77 ] || skip "no cgroup (v2): $output"
	assert_success
}

@test "fact 22: if a cgroup freezes the caller, it leaves the call, and makes it again" {
	in_cgroup <<-'END'
		with made:
		    here, there = socket.socketpair()
		    child = os.fork()
		    if child == 0:
		        made.join()
		        caller = Caller()
		        socket.send_fds(there, [b"x"], [caller.listener])
		        caller.join()
		        os._exit(not isinstance(caller.result, int))
		    listener = socket.recv_fds(here, 1, 1)[1][0]
		    notice = receive(listener)
		    made.write("cgroup.freeze", "1")
		    wait_until(made.is_frozen)
		    print(error(give, listener, notice, socket.socket()))
		    made.write("cgroup.freeze", "0")
		    give(listener, receive(listener), socket.socket())
		    print(os.waitpid(child, 0)[1])
	END
	assert_output $'ENOENT\n0'
}

@test "fact 23: a socket belongs to the cgroup of the process that made it" {
	in_cgroup <<-'END'
		with made:
		    here, there = socket.socketpair()
		    child = os.fork()
		    if child == 0:
		        made.join()
		        with socket.socket() as s:
		            s.listen()
		            socket.send_fds(there, [b"x"], [s.fileno()])
		        os._exit(0)
		    s = socket.socket(fileno=socket.recv_fds(here, 1, 1)[1][0])
		    os.waitpid(child, 0)
		    shown = subprocess.run(["ss", "-tlnH", "--cgroup", "sport", "= %d" % s.getsockname()[1]], capture_output=True)
		    print(made.name in shown.stdout.decode())
	END
	assert_output True
}
