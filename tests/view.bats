#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --view=pin: the program sees loopback and the pinned uplink, and no address of another one, whichever way it asks.

load lib/network.bash
load lib/assertions.bash
load lib/programs.bash
on_network

# interfaces <SCRIPT (in python.ctypes words below): what getifaddrs(3) and if_nameindex(3) tell a Python program.
LISTS=$(
	cat <<-'END'
		import ctypes, ctypes.util
		libc = ctypes.CDLL(None, use_errno=True)
		class Entry(ctypes.Structure): pass
		Entry._fields_ = [("next", ctypes.POINTER(Entry)), ("name", ctypes.c_char_p), ("flags", ctypes.c_uint),
		    ("address", ctypes.c_void_p)]
		def addresses():
		    first = ctypes.POINTER(Entry)()
		    if libc.getifaddrs(ctypes.byref(first)): raise OSError(ctypes.get_errno(), "getifaddrs")
		    entry = first
		    while entry:
		        e = entry.contents
		        family = ctypes.cast(e.address, ctypes.POINTER(ctypes.c_ushort))[0] if e.address else 0
		        if family == socket.AF_INET: text = socket.inet_ntop(V4, ctypes.string_at(e.address + 4, 4))
		        elif family == socket.AF_INET6: text = socket.inet_ntop(V6, ctypes.string_at(e.address + 8, 16))
		        else: text = "link"
		        if not text.startswith("fe80"): yield e.name.decode() + " " + text
		        entry = e.next
		    libc.freeifaddrs(first)
	END
)

# lists [PREFIX...]: prints what a program sees under PREFIX.
lists() {
	python "$@" <<-END
		$LISTS
		print(*addresses(), sep="\n")
		print(*[name for _, name in socket.if_nameindex()])
	END
}

WLAN=$'lo link\nwlan0 link\nlo 127.0.0.1\nwlan0 198.51.100.2\nwlan0 198.51.100.3\nlo ::1'

shows_wlan() {
	local engine
	for engine in both preload supervise; do
		run lists "$BINDTO" --engine $engine --view=pin -i wlan0 --
		assert_success
		refute_output --partial eth0
		refute_output --partial 203.0.113.
		refute_output --partial 2001:db8:1::
		assert_line 'wlan0 198.51.100.2'
		assert_line 'wlan0 2001:db8:2::2'
		assert_line 'wlan0 link'
		assert_line 'lo 127.0.0.1'
		assert_line 'lo ::1'
		assert_line 'lo wlan0'
	done
}

@test "a program that lists interfaces sees loopback and the pinned one" {
	as_each shows_wlan
}

shows_all() {
	local engine
	for engine in both preload supervise; do
		run lists "$BINDTO" --engine $engine "$@" -i wlan0 --
		assert_success
		assert_line 'eth0 203.0.113.2'
		assert_line 'lo eth0 wlan0'
	done
}

@test "without the option, and with --view=host, it sees all" {
	as_each shows_all
	as_each shows_all --view=host
}

shows_the_address() {
	local engine
	for engine in both preload supervise; do
		run lists "$BINDTO" --engine $engine --view=pin -a 198.51.100.3 --
		assert_success
		assert_output $'lo link\nwlan0 link\nlo 127.0.0.1\nwlan0 198.51.100.3\nlo ::1\nlo wlan0'
		run lists "$BINDTO" --engine $engine --view=pin -a 198.51.100.3 -a 2001:db8:1::3 --
		assert_success
		refute_output --partial 198.51.100.2
		refute_output --partial 203.0.113
		refute_line 'eth0 2001:db8:1::2'
		assert_line 'wlan0 198.51.100.3'
		assert_line 'eth0 2001:db8:1::3'
	done
}

@test "with -a, it sees of the interfaces that have a pinned address that address alone" {
	as_each shows_the_address
}
