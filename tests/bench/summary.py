# SPDX-License-Identifier: MIT
"""README's table, of what `tests/bench/run --json FILE` has measured.

usage: summary.py FILE
"""
import json
import sys

from table import number

# README's name, and the rows of the library and of --strict (None where there is none).
LINES = (
    ("start-up of `true`, `-a`", "start-up of `true`, -a, against `true` alone", "start-up of `true`, -a, --strict"),
    ("start-up of `true`, `-i`", "start-up of `true`, -i, against `true` alone", "start-up of `true`, -i, --strict"),
    ("start-up; own bind: `env LD_PRELOAD`", "start-up of `true`, -a (own: env LD_PRELOAD)", None),
    ("`socket` and `close`", "socket() and close, library", "socket() and close, --strict"),
    ("`socket` and `close`, IPv6", "socket() and close, IPv6, library", "socket() and close, IPv6, --strict"),
    ("TCP `connect` and `close`, `-a`", "TCP connect and close, -a, library", "TCP connect and close, -a, --strict"),
    ("TCP `connect` and `close`, IPv6, `-a`", "TCP connect and close, IPv6, -a, library",
     "TCP connect and close, IPv6, -a, --strict"),
    ("TCP `connect` and `close`, `-i`", "TCP connect and close, -i, library", "TCP connect and close, -i, --strict"),
    ("UDP `sendmsg`, `-a`", "UDP sendmsg, -a, library", "UDP sendmsg, -a, --strict"),
    ("UDP `sendmmsg`, `-a`", "UDP sendmmsg, -a, library", "UDP sendmmsg, -a, --strict"),
    ("UDP `send`, connected, `-a`", "UDP send, connected, -a, library", "UDP send, connected, -a, --strict"),
    ("UDP `sendto`, `-a`", "UDP sendto, IPv4, -a, library", "UDP sendto, IPv4, -a, --strict"),
    ("UDP `sendto`, `-i`", "UDP sendto, -i, library", "UDP sendto, -i, --strict"),
    ("one TCP stream, `-a`", "one TCP stream, -a, library", "one TCP stream, -a, --strict"),
    ("UDP of 1 KiB, `-a`", "UDP of 1 KiB, -a, library", "UDP of 1 KiB, -a, --strict"),
    ("connections held at once", "connections from one address to four ports, library",
     "connections from one address to four ports, --strict"),
    ("size of the executable, static", "size of the static executable", None),
    ("size of the library", "size of the library", None),
    ("memory: program, supervisor", "private memory of a pinned process", "memory of the supervisor"),
    ("1,000 exclusions against 1", "a UDP connect, 1,000 exclusions against 1, library",
     "a UDP connect, 1,000 exclusions against 1, --strict"),
)


def figure(row):
    """A figure, what it is to reach, and whether it is missed."""
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
    print("| what | bare | own bind | library | `--strict` |\n| --- | --- | --- | --- | --- |")
    for what, library, strict in LINES:
        first, second = rows.get(library), rows.get(strict)
        figures = (first or second or {}).get("figures", {})
        unit = (first or second or {}).get("unit", "")
        plain = (f"{number(figures[name])} {unit}" if name in figures else "" for name in ("bare", "own"))
        print("|", " | ".join((what, *plain, figure(first), figure(second))), "|")


if __name__ == "__main__":
    main()
