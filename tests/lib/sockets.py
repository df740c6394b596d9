# SPDX-License-Identifier: MIT
"""Short words for scripts inside the tests: sockets that the script pins itself, options that Python has no name
for, and errors as their names. A script imports everything: from sockets import *"""
import ctypes
import errno
import os
import socket
import struct
import time

from numbers_of_calls import NUMBERS

TCP, UDP, RAW = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW
V4, V6 = socket.AF_INET, socket.AF_INET6
REMOTE4, REMOTE6, MAPPED = "192.0.2.1", "2001:db8:9::1", "::ffff:192.0.2.1"
SECOND4, SECOND6 = "203.0.113.3", "2001:db8:1::3"  # the address of eth0 that is not the kernel's choice
WLAN4, WLAN6 = "198.51.100.2", "2001:db8:2::2"
WHO, HOLD, DISCARD = 7000, 7001, 9

IP_BIND_ADDRESS_NO_PORT, IP_UNICAST_IF, IP_LOCAL_PORT_RANGE, IP_PKTINFO = 24, 50, 51, 8
IPV6_UNICAST_IF, IPV6_PKTINFO, IP_MULTICAST_IF, IPV6_MULTICAST_IF = 76, 50, 32, 17
SO_BINDTODEVICE, SO_BINDTOIFINDEX, MSG_FASTOPEN = 25, 62, 0x20000000
libc = ctypes.CDLL(None, use_errno=True)


class Later:
    """A module that is imported when a script uses it, because most scripts do not, and it takes long."""

    def __init__(self, name):
        self.name = name

    def __getattr__(self, attribute):
        return getattr(__import__(self.name), attribute)


subprocess = Later("subprocess")


def error(call, *arguments):
    """The name of the error with which the call fails; None if it succeeds."""
    try:
        call(*arguments)
    except TimeoutError:
        return "timeout"
    except OSError as failure:
        return errno.errorcode[failure.errno]
    return None


def index(name):
    return socket.if_nametoindex(name)


def bind_without_port(sock, address):
    sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    try:
        sock.bind((address, 0))
    finally:
        sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0)


def born(address, kind=TCP, proto=0, v6only=0):
    """A socket that is pinned at birth as bindto would do it."""
    sock = socket.socket(V6 if ":" in address else V4, kind, proto)
    sock.settimeout(5)
    bind_without_port(sock, address)
    if sock.family == V6 and kind != RAW:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    return sock


def ports(sock, low, high):
    sock.setsockopt(socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, struct.pack("=I", low | high << 16))


def device(sock, name):
    sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, name.encode())


def unicast_if(sock, name, family=None):
    level, option = ((socket.IPPROTO_IPV6, IPV6_UNICAST_IF) if (family or sock.family) == V6
                     else (socket.IPPROTO_IP, IP_UNICAST_IF))
    sock.setsockopt(level, option, struct.pack("!I", index(name) if name else 0))


def multicast_if(sock, name):
    if sock.family == V6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MULTICAST_IF, struct.pack("=I", index(name)))
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_IF, struct.pack("=4s4si", b"", b"", index(name)))


def pktinfo(family, name=None, source=None):
    """A control message that names a device, a source, or both."""
    device_index = index(name) if name else 0
    if family == V4:
        return (socket.IPPROTO_IP, IP_PKTINFO,
                struct.pack("=i4s4s", device_index, socket.inet_aton(source or "0.0.0.0"), b""))
    return (socket.IPPROTO_IPV6, IPV6_PKTINFO,
            socket.inet_pton(V6, source or "::") + struct.pack("=i", device_index))


def unspec(sock, call="connect"):
    """connect() or bind() to AF_UNSPEC, port 0: None, or the error's name."""
    if getattr(libc, call)(sock.fileno(), struct.pack("=H126x", socket.AF_UNSPEC), 16) == 0:
        return None
    return errno.errorcode[ctypes.get_errno()]


def by_number(call, *arguments):
    return libc.syscall(NUMBERS[call], *arguments)


def packed(address, port):
    """A struct sockaddr, as libc has it."""
    if ":" in address:
        return struct.pack("=H", V6) + struct.pack("!HI16sI", port, 0, socket.inet_pton(V6, address), 0)
    return struct.pack("=H", V4) + struct.pack("!H4s8x", port, socket.inet_aton(address))


def send_by_number(fd, where, control):
    """sendmsg(2) of one byte with a control message (level, type, data), as pktinfo() makes one."""
    level, kind, data = control
    name, byte = ctypes.create_string_buffer(packed(*where)), ctypes.create_string_buffer(b"x")
    part = ctypes.create_string_buffer(struct.pack("=QQ", ctypes.addressof(byte), 1))
    size = 16 + len(data)
    room = ctypes.create_string_buffer(struct.pack("=Qii", size, level, kind) + data, (size + 7) & ~7)
    message = struct.pack("=QIxxxxQQQQixxxx", ctypes.addressof(name), len(packed(*where)),
                          ctypes.addressof(part), 1, ctypes.addressof(room), len(room), 0)
    return by_number("sendmsg", fd, message, 0)


def peer_of(sock, where=None):
    """The address from which the server saw this TCP or UDP socket."""
    if sock.type == UDP:
        sock.sendto(b"?", where) if where else sock.send(b"?")
        return sock.recv(100).decode().split()[1]
    if where:
        sock.connect(where)
    data = b""
    while True:  # to the end of file, so that the server closes first and keeps TIME_WAIT
        more = sock.recv(100)
        if not more:
            return data.decode().split()[1]
        data += more


def connects_waiting(*inodes):
    """How many of these sockets (of all, if none is named) have sent a SYN of IPv4 and wait for the answer."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [row.split() for row in list(table)[1:]]
    return sum(row[3] == "02" and (not inodes or int(row[9]) in inodes) for row in rows)


def wait_until(condition):
    """Waits for as long as it takes, because the test has a time limit."""
    while not condition():
        time.sleep(0.02)


def probe_run(name, *arguments):
    """Runs a C probe with our descriptors, and returns the line that it prints."""
    return subprocess.run([os.environ["PROBE"] + "/" + name] + [str(a) for a in arguments], close_fds=False,
                          check=True, stdout=subprocess.PIPE, timeout=10).stdout.decode().strip()
