# SPDX-License-Identifier: MIT
"""The numbers of system calls on this machine, for programs that use no libc."""
import os

NUMBERS = {
    "x86_64": {"ioctl": 16, "socket": 41, "connect": 42, "sendto": 44, "sendmsg": 46, "bind": 49, "setsockopt": 54,
               "clone": 56, "prctl": 157, "process_vm_readv": 310, "seccomp": 317, "pidfd_open": 434, "clone3": 435,
               "pidfd_getfd": 438},
    "aarch64": {"ioctl": 29, "prctl": 167, "socket": 198, "bind": 200, "connect": 203, "sendto": 206,
                "setsockopt": 208, "sendmsg": 211, "clone": 220, "process_vm_readv": 270, "seccomp": 277,
                "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438},
}[os.uname().machine]
