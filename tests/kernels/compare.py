# SPDX-License-Identifier: MIT
"""Compares what a list of commands printed on two kernels (the output of tests/kernels/run). Prints how many printed
the same, for how many the file `differences` has a reason, and the names of the others.

usage: compare.py FIRST SECOND    (exits with 1 if there are others)

A line of `differences` is `VERSION ; NAMES ; OLDER ; REASON`. It explains a difference if one kernel has
that version and the other has not, the command's name matches NAMES, and what the older kernel said
matches OLDER (regular expressions).
"""
import collections
import os
import re
import sys


def read(path):
    """The kernel's version, and for each command's name what it printed."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    heading, *parts = re.split(r"^== ", re.sub(r"# end\n$", "", text), flags=re.MULTILINE)
    version = re.match(r"# ([0-9]+)\.([0-9]+)", heading)
    if not version:
        sys.exit("  commands: there is nothing in %s" % path)
    if not text.endswith("# end\n"):
        print("  commands: no end in %s" % path)
    said = dict(part.split("\n", 1) for part in parts)
    return tuple(map(int, version.groups())), said


def reasons():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "differences")
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                version, names, older, reason = line.strip().split(" ; ")
                yield tuple(map(int, version.split("."))), re.compile(names), re.compile(older), reason


def reason_of(name, old, new, known):
    """old and new: a kernel's version and what its commands printed."""
    for version, names, older, reason in known:
        if old[0] < version <= new[0] and names.search(name) and older.search(old[1]):
            return reason
    return None


def main(first, second):
    known = list(reasons())
    (version, said), (other_version, other_said) = read(first), read(second)
    explained, others = collections.Counter(), []
    for name in sorted(set(said) | set(other_said)):
        one, other = said.get(name, "nothing"), other_said.get(name, "nothing")
        if one == other:
            continue
        old, new = sorted([(version, one), (other_version, other)])
        reason = reason_of(name, old, new, known) if name in said and name in other_said else None
        if reason:
            explained[reason] += 1
        else:
            others.append(name)
    differ = sum(explained.values()) + len(others)
    print("  commands: %d said the same as on Linux %d.%d, %d something else"
          % ((len(set(said) | set(other_said)) - differ,) + version + (differ,)))
    for reason, count in explained.items():
        print("  explained: %d (%s)" % (count, reason))
    for name in others:
        print("  differs: %s" % name)
    return len(others) > 0


sys.exit(main(*sys.argv[1:]))
