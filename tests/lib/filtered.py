# SPDX-License-Identifier: MIT
"""Runs a command under a seccomp filter, as of a sandbox or of an older kernel.

usage: filtered.py kill|ERRNO NUMBER COMMAND...: the system call of that number kills or fails
"""
import ctypes
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
KILL_PROCESS, FAIL, ALLOW = 0x80000000, 0x50000, 0x7fff0000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 6


def main(action, number, *command):
    verdict = KILL_PROCESS if action == "kill" else FAIL | int(action)
    code = b"".join(struct.pack("HBBI", *line) for line in (
        (LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, int(number)), (RETURN, 0, 0, verdict), (RETURN, 0, 0, ALLOW)))
    kept = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(kept)))
    libc = ctypes.CDLL(None)
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) == 0
    os.execvp(command[0], command)


main(*sys.argv[1:])
