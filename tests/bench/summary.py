# SPDX-License-Identifier: MIT
"""Prints the table of RESULTS.md from what `tests/bench/run --json FILE` has measured.

usage: summary.py FILE
"""
import json
import sys

from figures import ENGINES, NAMES
from table import number


def of_each(line, what):
    """A line for which each engine has a row."""
    return (line, *(f"{what}, {NAMES[engine]}" for engine in ENGINES))


# The name in RESULTS.md, and the rows of the default, the library and --strict (None if there is none).
LINES = (
    ("start-up of `true`, `-a`", "start-up of `true`, -a, default", "start-up of `true`, -a, against `true` alone",
     "start-up of `true`, -a, --strict"),
    ("start-up of `true`, `-i`", "start-up of `true`, -i, default", "start-up of `true`, -i, against `true` alone",
     "start-up of `true`, -i, --strict"),
    ("start-up; own bind: `env LD_PRELOAD`", None, "start-up of `true`, -a (own: env LD_PRELOAD)", None),
    of_each("`socket` and `close`", "socket() and close"),
    of_each("`socket` and `close`, IPv6", "socket() and close, IPv6"),
    of_each("TCP `connect` and `close`, `-a`", "TCP connect and close, -a"),
    of_each("TCP `connect` and `close`, IPv6, `-a`", "TCP connect and close, IPv6, -a"),
    of_each("TCP `connect` and `close`, `-i`", "TCP connect and close, -i"),
    of_each("UDP `sendmsg`, `-a`", "UDP sendmsg, -a"),
    of_each("UDP `sendmmsg`, `-a`", "UDP sendmmsg, -a"),
    of_each("UDP `send`, connected, `-a`", "UDP send, connected, -a"),
    of_each("UDP `sendto`, `-a`", "UDP sendto, IPv4, -a"),
    of_each("UDP `sendto`, `-i`", "UDP sendto, -i"),
    of_each("one TCP stream, `-a`", "one TCP stream, -a"),
    of_each("UDP of 1 KiB, `-a`", "UDP of 1 KiB, -a"),
    of_each("connections held at once", "connections from one address to four ports"),
    ("size of the executable, static", None, "size of the static executable", None),
    ("size of the library", None, "size of the library", None),
    ("memory of the program", "private memory of a pinned process, default", "private memory of a pinned process",
     None),
    ("memory of the supervisor", "memory of the supervisor, default", None, "memory of the supervisor"),
    of_each("1,000 exclusions against 1", "a UDP connect, 1,000 exclusions against 1"),
)


def figure(row):
    """A figure, its target, and whether it misses it."""
    if not row:
        return ""
    if "missing" in row:
        return "not measured"
    shown = {"ratio": f"{row['figure']:.2f} ×", "more": f"{row['figure']:+.2f} {row['unit']}"}.get(
        row["compares"], f"{number(row['figure'])} {row['unit']}")
    return f"{shown} ({row['target']}{'' if row['met'] else ', **missed**'})"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        result = json.load(file)
    rows = {row["what"]: row for row in result["rows"]}
    print("| what | bare | own bind | default | library | `--strict` |\n| --- | --- | --- | --- | --- | --- |")
    for what, *names in LINES:
        of_engines = [rows.get(name) for name in names]
        first = next(filter(None, of_engines), {})
        figures, unit = first.get("figures", {}), first.get("unit", "")
        plain = (f"{number(figures[name])} {unit}" if name in figures else "" for name in ("bare", "own"))
        print("|", " | ".join((what, *plain, *map(figure, of_engines))), "|")


if __name__ == "__main__":
    main()
