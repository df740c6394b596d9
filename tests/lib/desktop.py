# SPDX-License-Identifier: MIT
"""Runs an Exec line of a menu entry as the Desktop Entry Specification says, and strictly.

usage: desktop.py FILE GROUP [--print]: runs the Exec line of [GROUP]; --print: prints its words, one a line
"""
import os
import sys

RESERVED = " \t\n\"'\\><~|&;$*?#()`"


def value(path, group, wanted):
    current = None
    for line in open(path, encoding="utf-8", newline="\n"):
        line = line.rstrip("\n")
        if line.startswith("["):
            current = line
        elif current == f"[{group}]" and line.split("=")[0] == wanted:
            return line.split("=", 1)[1]
    raise SystemExit(f"[{group}] has no {wanted}")


def unescape(text):
    result, rest = "", iter(text)
    for c in rest:
        result += {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}[next(rest)] if c == "\\" else c
    return result


def words(text):
    """The arguments. Within quotes, a backslash stands before four characters and before no others."""
    rest = list(text)
    while rest:
        if rest[0] == " ":
            rest.pop(0)
            continue
        word, quoted = "", rest[0] == '"'
        if quoted:
            rest.pop(0)
        while rest and rest[0] != ('"' if quoted else " "):
            c = rest.pop(0)
            if quoted:
                assert c not in "$`", "it must stand behind a backslash"
                if c == "\\":
                    c = rest.pop(0)
                    assert c in '"`$\\', c
            else:
                assert c not in RESERVED, f"{c} must be quoted"
            word += c
        if quoted:
            assert rest.pop(0) == '"' and (not rest or rest[0] == " ")
        if word not in ("%f", "%F", "%u", "%U", "%i", "%c", "%k"):
            plain = word.replace("%%", "")
            assert "%" not in plain, word
            yield word.replace("%%", "%")


path, group, *more = sys.argv[1:]
line = list(words(unescape(value(path, group, "Exec"))))
assert "=" not in line[0]
if more:
    print("\n".join(line))
else:
    os.execvp(line[0], line)
