# SPDX-License-Identifier: MIT
# marked_cgroup.py MARK COMMAND...: runs COMMAND in a new cgroup (v2), whose BPF program gives each new socket MARK.
# Ends with 77 if the kernel or the user allows no such thing.
import ctypes, os, struct, subprocess, sys

from cgroup import Cgroup

PROG_LOAD, PROG_ATTACH, CGROUP_SOCK, INET_SOCK_CREATE, MARK_OFFSET = 5, 8, 9, 2, 16
libc = ctypes.CDLL(None, use_errno=True)
mark, command = int(sys.argv[1], 0), sys.argv[2:]


def bpf(call, attributes):
    number = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
    r = libc.syscall(number, call, ctypes.create_string_buffer(attributes, 128), 128)
    if r < 0:
        raise OSError(ctypes.get_errno(), "bpf")
    return r


def instruction(code, registers, offset, value):
    return struct.pack("=BBhi", code, registers, offset, value)


def load():
    code = (instruction(0xB7, 2, 0, mark)  # r2 = mark
            + instruction(0x63, 0x21, MARK_OFFSET, 0)  # context->mark = r2
            + instruction(0xB7, 0, 0, 1) + instruction(0x95, 0, 0, 0))  # return 1
    room, licence = ctypes.create_string_buffer(code, len(code)), ctypes.create_string_buffer(b"MIT")
    return bpf(PROG_LOAD, struct.pack("=IIQQ", CGROUP_SOCK, 4, ctypes.addressof(room), ctypes.addressof(licence)))


def attach(program, cgroup):
    target = os.open(cgroup.path, os.O_RDONLY)
    bpf(PROG_ATTACH, struct.pack("=IIII", target, program, INET_SOCK_CREATE, 0))


try:
    program = load()
    cgroup = Cgroup()
except (OSError, KeyError) as failure:
    print(failure)
    sys.exit(77)
with cgroup:
    try:
        attach(program, cgroup)
    except OSError as failure:
        print(failure)
        sys.exit(77)
    sys.exit(subprocess.run(command, preexec_fn=cgroup.join).returncode)
