# SPDX-License-Identifier: MIT
# What the tests of --view share. client is on the network of network.bash.
# shellcheck shell=bash disable=SC2034,SC2154

# undo: what tests change on the client.
teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || echo "(the last command was as ${WHO:-user})"
	undo 2>/dev/null
}

undo() {
	local words
	for words in "rule del prio 77" "rule del prio 78" "rule del prio 79" "addr del 203.0.113.9/24 dev eth0" \
		"addr del 198.51.100.9/24 dev wlan0" "link del x0" "link del x9" "route flush root 10.1.0.0/16"; do
		# shellcheck disable=SC2086 # words
		in_client ip $words || :
	done
}

# What getifaddrs(3) tells a Python program, as addresses().
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

# assert_sees_wlan COMMAND...: under each supervised engine, COMMAND prints wlan0's address and nothing of eth0.
assert_sees_wlan() {
	local engine
	for engine in both supervise; do
		run client "$BINDTO" --engine $engine --view=pin -i wlan0 -- "$@"
		assert_success
		assert_output --partial wlan0
		refute_output --partial eth0
		refute_output --partial 203.0.113.
		refute_output --partial 2001:db8:1:
	done
}

# netlink_words: words for scripts that speak rtnetlink themselves.
netlink_words() {
	echo "INDEX = {}"
	in_client ip -o link | sed -E 's/^([0-9]+): ([^:@]+).*/INDEX["\2"] = \1/'
	cat <<-'END'
		NEWLINK, GETLINK, NEWADDR, GETADDR = 16, 18, 20, 22
		def message(kind, flags, body, seq=1):
		    return struct.pack("=IHHII", 16 + len(body), kind, flags, seq, 0) + body
		def parse(data):
		    while len(data) >= 16:
		        length, kind, flags, seq, pid = struct.unpack("=IHHII", data[:16])
		        yield kind, seq, pid, data[16:length]
		        data = data[(length + 3) & ~3:]
		def index(name): return INDEX[name]
		def netlink(groups=0):
		    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		    s.bind((0, groups))
		    return s
		DUMP = message(GETADDR, 0x301, struct.pack("=BBBBi", 0, 0, 0, 0, 0))
	END
}
