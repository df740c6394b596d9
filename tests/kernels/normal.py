# SPDX-License-Identifier: MIT
"""Removes from the output of tests/kernels/run what differs from run to run: ports that the kernel chose, process
ids, indexes of interfaces, random addresses, times, hashes in names. A port of the range that a command names by -p
becomes RANGE, any other port of the kernel's range becomes PORT.

usage: normal.py <RAW >NORMAL
"""
import re
import sys

RULES = [(re.compile(pattern), new) for pattern, new in (
    (r"fe80::[0-9a-f:]+", "fe80::LINK"),
    (r"(\"time\": ?)[0-9.]+", r"\1TIME"),
    (r"(\"pid\": ?)[0-9]+", r"\1PID"),
    (r"(\"index\": ?)[0-9]+", r"\1INDEX"),
    (r"^(bindto: [^ ]*)\[[0-9]+\]", r"\1[PID]"),
    (r"/bindto/[0-9a-f]{16}/", "/bindto/HASH/"),
    (r"(?<=[^ ])   +", "  "),  # columns are as wide as such an address
)]
NUMBER = re.compile(r"(?<![0-9.])[0-9]{3,5}(?![0-9.])")
KERNEL_RANGE = range(32768, 61000)


def ranges_of(command):
    for low, high in re.findall(r" -p ([0-9]+)(?:-([0-9]+))?", command):
        yield range(int(low), int(high or low) + 1)


def main():
    ranges = []

    def named(match):
        port = int(match.group())
        if any(port in one for one in ranges):
            return "RANGE"
        return "PORT" if port in KERNEL_RANGE else match.group()

    for line in sys.stdin:
        if line.startswith("$ "):
            ranges = list(ranges_of(line))
        elif not line.startswith(("# ", "== ")):
            for pattern, new in RULES:
                line = pattern.sub(new, line)
            line = NUMBER.sub(named, line)
        if line.strip():
            sys.stdout.write(line)
            sys.stdout.flush()


main()
