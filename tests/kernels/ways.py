# SPDX-License-Identifier: MIT
"""Does what its arguments say, one after another, and prints a line for each: an error's name, or the address that
the socket has or that the server saw.

usage: ways.py WAY[=WORD[,WORD]]...

Its functions are the ways. Sockets that a way opens stay open, so that their ports stay taken.
"""
import signal
import sys

from sockets import *

held = []


def family_of(address):
    return V6 if ":" in address else V4


def made(family, kind=TCP, proto=0):
    sock = socket.socket(family, kind, proto)
    sock.settimeout(10)
    held.append(sock)
    return sock


def tried(call, *arguments):
    return error(call, *arguments) or "done"


def own(sock):
    return "%s %d" % sock.getsockname()[:2]


def tcp(address):
    """Connects, and returns the address that the server saw."""
    sock = made(family_of(address))
    return error(sock.connect, (address, WHO)) or peer_of(sock)


def hold(address):
    """Connects, and returns its own address and port."""
    sock = made(family_of(address))
    return error(sock.connect, (address, HOLD)) or own(sock)


def closed(address):
    return tried(made(family_of(address)).connect, (address, 1))


def udp(address):
    sock = made(family_of(address), UDP)
    return error(sock.connect, (address, WHO)) or peer_of(sock)


def sendto(address):
    return peer_of(made(family_of(address), UDP), (address, WHO))


def sendmsg(address, device_name, source=None):
    """With a control message that names a device and perhaps a source."""
    sock = made(family_of(address), UDP)
    message = pktinfo(sock.family, device_name if device_name != "-" else None, source)
    return error(sock.sendmsg, [b"?"], [message], 0, (address, WHO)) or sock.recv(100).decode().split()[1]


def fastopen(address):
    """Waits for the result, because without an earlier cookie the call would be in progress."""
    sock = made(family_of(address))
    sock.settimeout(None)
    return error(sock.sendto, b"?", MSG_FASTOPEN, (address, WHO)) or peer_of(sock)


def number(address):
    """The same calls by number, which no library sees."""
    fd = by_number("socket", V4, TCP, 0)
    if fd < 0:
        return "no socket"
    sock = socket.socket(fileno=fd)
    return "failed" if by_number("connect", fd, packed(address, WHO), 16) else peer_of(sock)


def bound(address, port="0"):
    """Binds to an address, connects, and returns the address that the server saw."""
    sock = made(family_of(address))
    failure = error(sock.bind, (address, int(port)))
    remote = REMOTE6 if sock.family == V6 else REMOTE4
    return "%s, %s" % (failure or own(sock), error(sock.connect, (remote, WHO)) or peer_of(sock))


def listen(address, port="0"):
    sock = made(family_of(address))
    failure = error(sock.bind, (address, int(port))) or error(sock.listen)
    return "%s, %s" % (failure or "listens", own(sock))


def listen_unbound(family="4"):
    sock = made(V6 if family == "6" else V4)
    return "%s, %s" % (error(sock.listen) or "listens", own(sock))


def receive(address, port="0"):
    sock = made(family_of(address), UDP)
    return "%s, %s" % (tried(sock.bind, (address, int(port))), own(sock))


def loopback(address):
    """A listener on this host and its client."""
    sock = made(family_of(address))
    sock.bind((address, 0))
    sock.listen()
    failure = error(made(sock.family).connect, sock.getsockname()[:2])
    return failure or sock.accept()[1][0]


def ping(address):
    proto, kind = (58, 128) if ":" in address else (1, 8)
    sock = made(family_of(address), UDP, proto)
    failure = error(sock.sendto, struct.pack("!BBHHH", kind, 0, 0, 0, 1) + b"x" * 8, (address, 0))
    return failure or "%s from %s" % (sock.recv(100)[:1], sock.getsockname()[0])


def raw(address):
    """Sends an echo request, and returns the address to which the answer came."""
    sock = made(V4, RAW, 1)
    request = struct.pack("!BBHHH", 8, 0, 0xf7fd, 1, 1)
    return error(sock.sendto, request, (address, 0)) or socket.inet_ntoa(sock.recv(100)[16:20])


def headers(address):
    """A raw socket that brings headers of its own, which name a source."""
    sock = made(V4, RAW, socket.IPPROTO_RAW)
    header = struct.pack("!BBHHHBBH4s4s", 69, 0, 28, 0, 0, 64, 17, 0, socket.inet_aton("203.0.113.2"),
                         socket.inet_aton(address))
    return tried(sock.sendto, header + struct.pack("!HHHH", 9, 9, 8, 0), (address, 0))


def kind(name):
    """Can a socket of that kind be made, and what does it become?"""
    made_of = {"mptcp": (V4, TCP, 262), "sctp": (V4, TCP, 132), "udplite": (V4, UDP, 136), "raw": (V4, RAW, 1),
               "packet": (socket.AF_PACKET, UDP, 0), "unix": (socket.AF_UNIX, TCP, 0),
               "netlink": (socket.AF_NETLINK, RAW, 0), "vsock": (40, TCP, 0), "xdp": (44, RAW, 0), "smc": (43, TCP, 0)}
    try:
        sock = socket.socket(*made_of[name])
    except OSError as failure:
        return errno.errorcode[failure.errno]
    return "protocol %d" % sock.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL)


def mptcp(address):
    sock = made(V4, TCP, 262)
    return error(sock.connect, (address, WHO)) or peer_of(sock)


def device_is(name, address=REMOTE4):
    """Asks for a device by SO_BINDTODEVICE, and connects."""
    sock = made(family_of(address))
    failure = error(device, sock, name)
    return "%s, %s" % (failure or "set", error(sock.connect, (address, WHO)) or peer_of(sock))


def unicast(name, address=REMOTE4):
    sock = made(family_of(address), UDP)
    failure = error(unicast_if, sock, name)
    return "%s, %s" % (failure or "set", error(sock.connect, (address, DISCARD)) or sock.getsockname()[0])


def option(level, name, value="1"):
    return tried(made(V4, UDP).setsockopt, int(level), int(name), int(value))


def port_range(low, high):
    """The program's own IP_LOCAL_PORT_RANGE."""
    sock = made(V4)
    failure = error(ports, sock, int(low), int(high))
    return "%s, %s" % (failure or "set", error(sock.connect, (REMOTE4, HOLD)) or own(sock))


def dissolve(address):
    """Connects a datagram socket, disconnects it, and returns the address that it keeps."""
    sock = made(family_of(address), UDP)
    sock.connect((address, DISCARD))
    return "%s, %s" % (unspec(sock), own(sock).split()[0])


def forbid():
    return libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def alone():
    """A network namespace of its own."""
    return tried(lambda: libc.unshare(0x50000000) and os.stat("/nowhere"))


def main(*words):
    signal.alarm(60)
    for word in words:
        name, _, rest = word.partition("=")
        try:
            result = globals()[name](*[one for one in rest.split(",") if one])
        except OSError as failure:
            result = errno.errorcode.get(failure.errno, "timeout")
        print("%s: %s" % (word, result), flush=True)


main(*sys.argv[1:])
