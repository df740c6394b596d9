# SPDX-License-Identifier: MIT
"""Short words for scripts about seccomp user notification: a thread puts a filter on itself that hands
socket(2) over, and calls it; the main thread has the listener. Filters are a thread's own, so that one
process can be both. A script imports everything: from handover import *"""
import ctypes
import errno
import fcntl
import struct
import threading

from sockets import NUMBERS, TCP, V4, by_number, libc

NOTIF_RECV, NOTIF_ADDFD, ADDFD_SEND = 0xc0502100, 0x40182103, 2
LOAD, JUMP_IF_EQUAL, RETURN, HAND_OVER, ALLOW = 0x20, 0x15, 6, 0x7fc00000, 0x7fff0000


def result_of(call, *arguments):
    """What the system call returns, or the name of its error."""
    result = by_number(call, *arguments)
    return result if result >= 0 else errno.errorcode[ctypes.get_errno()]


def install():
    """Puts the filter on this thread. Returns the listener, or the name of the error."""
    lines = (LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, NUMBERS["socket"]), (RETURN, 0, 0, HAND_OVER), (RETURN, 0, 0, ALLOW)
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(lines), ctypes.addressof(code)))
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    return result_of("seccomp", 1, 8, program)  # SET_MODE_FILTER, NEW_LISTENER


def receive(listener):
    """Waits for a call, and returns its notice's number."""
    room = bytearray(80)
    fcntl.ioctl(listener, NOTIF_RECV, room)
    return struct.unpack_from("=Q", room)[0]


def give(listener, notice, sock):
    """Answers the call with a descriptor of this socket."""
    fcntl.ioctl(listener, NOTIF_ADDFD, struct.pack("=QIIII", notice, ADDFD_SEND, sock.fileno(), 0, 0))


class Caller(threading.Thread):
    """Has the filter, and makes one call of socket(2), whose result is then in result."""

    def __init__(self):
        super().__init__()
        self.installed = threading.Event()
        self.start()
        self.installed.wait()

    def run(self):
        self.listener = install()
        self.installed.set()
        self.result = result_of("socket", V4, TCP, 0)

    def notice(self):
        return receive(self.listener)

    def give(self, notice, sock):
        give(self.listener, notice, sock)
        self.join()
        return self.result
