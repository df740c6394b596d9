# SPDX-License-Identifier: MIT
"""Exits with 0 if this kernel has what a supervisor needs: it can answer a call with a descriptor
(SECCOMP_ADDFD_FLAG_SEND, Linux 5.14). It asks the kernel and not bindto, because tests must fail, and not be
skipped, if bindto refuses a kernel that could do it."""
import ctypes
import errno
import fcntl
import os
import struct
import sys

from sockets import NUMBERS

PR_SET_NO_NEW_PRIVS, SET_MODE_FILTER, NEW_LISTENER = 38, 1, 8
NOTIF_ADDFD, ADDFD_SEND = 0x40182103, 2

kept = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))  # allow all
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 1, ctypes.addressof(kept)))
libc = ctypes.CDLL(None)
assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
listener = libc.syscall(NUMBERS["seccomp"], SET_MODE_FILTER, NEW_LISTENER, program)
if listener < 0:
    sys.exit(1)
try:
    fcntl.ioctl(listener, NOTIF_ADDFD, struct.pack("=QIIII", 0, ADDFD_SEND, 0, 0, 0))
except OSError as failure:
    sys.exit(failure.errno != errno.ENOENT)  # there is no call number 0; EINVAL: no such flag
