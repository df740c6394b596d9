# SPDX-License-Identifier: MIT
"""Numbers that are the same on every run: system calls by strace, instructions by callgrind.

Both are counted for few and for many operations, and the difference gives what one operation costs.
"""
import re

from figures import Goal, Measurement
from machine import (ADDRESS, ADDRESS_6, CLOSES, DEVICE, DEVICE_ADDRESS, DEVICE_ROUTER, LIBRARY, LOOP, ROUTER,
                     ROUTER_6, USER_DIRECTORY, Failed, client, launchers, need, output_of)

FEW, MANY = 50, 250


def told(count, words):
    """loop's own words are numbers: only its input matters here."""
    return client(["sh", "-c", f'echo {count} | "$0" "$@"', *words])


def system_calls(program, count):
    trace = f"{USER_DIRECTORY}/trace"
    # Without address randomisation: a structure that lies across two pages costs one call more.
    output_of(told(count, ["setarch", "-R", "strace", "-f", "-qq", "-o", trace, *program]))
    with open(trace, encoding="utf-8", errors="replace") as file:
        return sum(1 for line in file if "resumed>" not in line and "+++" not in line and "---" not in line)


def pin_text(pin):
    return re.search(r"^BINDTO_PIN=(.*)$", output_of(client([*launchers(*pin)["preload"], "env"])), re.M)[1]


def instructions(settings, preload, program, count):
    """The loader preloads the library inside of valgrind. valgrind itself is static, and would be supervised."""
    loader = re.search(r"interpreter: (\S+)\]", output_of(["readelf", "-lW", LOOP]))[1]
    words = ["env", *settings, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", loader, *preload]
    said = output_of(told(count, ["sh", "-c", '"$0" "$@" 2>&1', *words, *program]))
    found = re.search(r"Collected\s*:\s*(\d+)", said)
    if not found:
        raise Failed(f"valgrind: {said[-200:]}")
    return int(found[1])


def each(count):
    """Of a function of the number of operations."""
    return (count(MANY) - count(FEW)) / (MANY - FEW)


def calls_of(operation, peer, pin, own):
    def take(_rounds):
        need("strace", "setarch")
        loop, target = [LOOP], [operation, peer, str(CLOSES)]
        preload, strict = (launchers(*pin)[name] for name in ("preload", "strict"))
        ways = {"bare": loop, "own": [*loop, *own], "preload": [*preload, *loop], "strict": [*strict, *loop]}
        output_of(client([*preload, "true"]))  # the first launch writes the library's file, which must not count
        return [{name: [each(lambda count: system_calls([*way, *target], count))]
                 for name, way in ways.items()}]
    return take


def instructions_of(operation, peer, pin, own):
    def take(_rounds):
        need("valgrind", "readelf")
        target = [operation, peer, str(CLOSES)]
        ways = {"bare": ([], [], []), "own": ([], [], own),
                "preload": ([f"BINDTO_PIN={pin_text(pin)}"], ["--preload", LIBRARY], [])}
        return [{name: [each(lambda count: instructions(settings, preload, [LOOP, *more, *target], count))]
                 for name, (settings, preload, more) in ways.items()}]
    return take


A, I = ("-a", ADDRESS), ("-i", DEVICE)
OWN, OWN_I = ("-b", ADDRESS), ("-b", DEVICE_ADDRESS, "-d", DEVICE)

# The operations, and how many system calls the library may make more than a program that binds itself.
COUNTED = (
    ("socket and close", "socket", ROUTER, A, OWN, 0),
    ("socket and close, IPv6", "socket", ROUTER_6, ("-a", ADDRESS_6), ("-b", ADDRESS_6), 0),
    ("connect and close, -a", "connect", ROUTER, A, OWN, 1),
    ("connect and close, -i", "connect", DEVICE_ROUTER, I, OWN_I, 3),
    ("sendto, -a", "sendto", ROUTER, A, OWN, 0),
    ("sendto, -i", "sendto", DEVICE_ROUTER, I, OWN_I, 0),
)

MEASUREMENTS = tuple(
    Measurement(f"calls of {what}", "calls", calls_of(operation, peer, pin, own), (
        Goal(f"system calls of {what}", "preload", "more", "own", limit=more, digits=1),))
    for what, operation, peer, pin, own, more in COUNTED
) + tuple(
    Measurement(f"instructions of {what}", "", instructions_of(operation, peer, pin, own), (
        Goal(f"instructions of {what}", "preload", "ratio", "own"),))
    for what, operation, peer, pin, own, _ in COUNTED
)
