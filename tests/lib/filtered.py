# SPDX-License-Identifier: MIT
"""Runs a command under a seccomp filter, as a sandbox does, or to imitate an older kernel.

usage: filtered.py kill|ERRNO CALL COMMAND...: CALL kills COMMAND, or fails with ERRNO

CALL is the name of a system call, and what its arguments must be: setsockopt:1=0:2=51 is setsockopt with level 0
and name 51, and seccomp:1&32 is seccomp with that bit of its flags.
"""
import ctypes
import os
import struct
import sys

from numbers_of_calls import NUMBERS

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
KILL_PROCESS, FAIL, ALLOW = 0x80000000, 0x50000, 0x7fff0000
LOAD, JUMP_IF_EQUAL, JUMP_IF_BIT, RETURN = 0x20, 0x15, 0x45, 6
ARGUMENTS, ARGUMENT_SIZE = 16, 8  # in struct seccomp_data


def conditions(call):
    """The conditions for CALL: offsets in struct seccomp_data, how to compare, and with what."""
    name, *arguments = call.split(":")
    yield 0, JUMP_IF_EQUAL, NUMBERS[name]
    for argument in arguments:
        jump = JUMP_IF_EQUAL if "=" in argument else JUMP_IF_BIT
        index, value = argument.replace("&", "=").split("=")
        yield ARGUMENTS + ARGUMENT_SIZE * int(index), jump, int(value, 0)


def main(action, call, *command):
    verdict = KILL_PROCESS if action == "kill" else FAIL | int(action)
    lines = []
    wanted = list(conditions(call))
    for i, (offset, jump, value) in enumerate(wanted):
        lines += [(LOAD, 0, 0, offset), (jump, 0, 2 * (len(wanted) - i) - 1, value)]
    lines += [(RETURN, 0, 0, verdict), (RETURN, 0, 0, ALLOW)]
    code = b"".join(struct.pack("HBBI", *line) for line in lines)
    kept = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(lines), ctypes.addressof(kept)))
    libc = ctypes.CDLL(None)
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) == 0
    os.execvp(command[0], command)


main(*sys.argv[1:])
