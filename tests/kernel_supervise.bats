#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the supervising engine relies on in the kernel, each on its own and without bindto.

load lib/network.bash
load lib/assertions.bash

setup_file() {
	network_up
}

teardown_file() {
	network_down
}

@test "files of /proc/TID/net have inodes of their own in each network namespace, seen even if non-dumpable" {
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

@test "a socket with a device takes no unicast interface, not even the same" {
	script <<-'END'
		s = socket.socket(V4, UDP)
		unicast_if(s, "wlan0")
		device(s, "wlan0")
		print(error(unicast_if, s, "wlan0"))
	END
	run client python3 "$SCRIPT"
	assert_output EINVAL
}

@test "a filter sees whole registers, and the kernel takes an int from their lower halves" {
	script <<-'END'
		libc.syscall.restype = ctypes.c_long
		fd = libc.syscall(NUMBERS["socket"], ctypes.c_ulong(0x5a5a5a5a << 32 | V4), ctypes.c_ulong(TCP), ctypes.c_ulong(0))
		print(socket.socket(fileno=fd).family == V4)
	END
	run client python3 "$SCRIPT"
	assert_output True
}
