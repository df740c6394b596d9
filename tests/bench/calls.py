# SPDX-License-Identifier: MIT
"""What one call costs. The programs of a comparison take turns every few milliseconds."""
from contextlib import ExitStack

from figures import Goal, Measurement
from machine import (ADDRESS, ADDRESS_6, CLOSES, DEVICE, DEVICE_ADDRESS, DEVICE_ROUTER, LOOP, ROUTER, ROUTER_6,
                     Loop, client, launchers, on_processor)

TURNS = 24
TURN_TIME = 2_500_000  # nanoseconds that a turn of the fastest variant takes


def in_turns(programs, rounds):
    """programs: for each name the words of a loop. Each round starts them anew."""
    count, taken = 0, []
    for _ in range(rounds):
        with ExitStack() as stack:
            loops = {name: stack.enter_context(Loop(words)) for name, words in programs.items()}
            first = min(loop.take(20) for loop in loops.values())
            count = count or max(20, int(TURN_TIME / min(first, *(loop.take(100) for loop in loops.values()))))
            values = {name: [] for name in loops}
            names = list(loops)
            for turn in range(TURNS):
                shift = turn % len(names)
                for name in names[shift:] + names[:shift]:
                    values[name].append(loops[name].take(count) / 1000)
            taken.append(values)
    return taken


def words(launcher, operation, peer, own=()):
    return client(on_processor(0, [*launcher, LOOP, *own, operation, peer, str(CLOSES)]))


def call(operation, peer, pin, own, goals):
    """The words of each variant of an operation under a pin, and of the filters that a goal names."""
    unpinned = {"bare": (), "own": own}
    for name, option in ("filter", "-f"), ("gate", "-l"):
        if any(name in (goal.of, goal.against) for goal in goals):
            unpinned[name] = (option, *own)
    return {**{name: words([], operation, peer, more) for name, more in unpinned.items()},
            **{name: words(way, operation, peer) for name, way in launchers(*pin).items()}}


def compare(name, operation, peer, pin, own, goals):
    return Measurement(name, "µs", lambda rounds: in_turns(call(operation, peer, pin, own, goals), rounds), goals)


def floor(what, against):
    """No gate can be faster, because the kernel runs a filter that looks where a call comes from each time."""
    return Goal(f"{what}, own bind under a filter that looks", "gate", against=against)


def datagram(what, library=1.02, **strict):
    """Targets: the library as fast as bare, the default as fast as a program under a filter that allows all."""
    return (Goal(f"{what}, default", "both", against="filter", limit=1.02),
            Goal(f"{what}, library", "preload", limit=library),
            Goal(f"{what}, --strict", "strict", **strict),
            Goal(f"{what}, own bind under an open filter", "filter"),
            floor(what, "filter"))


A, A6, I = ("-a", ADDRESS), ("-a", ADDRESS_6), ("-i", DEVICE)
OWN, OWN6, OWN_I = ("-b", ADDRESS), ("-b", ADDRESS_6), ("-b", DEVICE_ADDRESS, "-d", DEVICE)
SEEN = {"kind": "more", "limit": 14}  # --strict sees each datagram that names its peer

MEASUREMENTS = (
    compare("socket", "socket", ROUTER, A, OWN, (
        Goal("socket() and close, default", "both", against="own", limit=1.05),
        Goal("socket() and close, library", "preload", against="own", limit=1.05),
        Goal("socket() and close, --strict", "strict", kind="more", limit=12),
        floor("socket() and close", "own"))),
    compare("socket6", "socket", ROUTER_6, A6, OWN6, (
        Goal("socket() and close, IPv6, default", "both", against="own", limit=1.05),
        Goal("socket() and close, IPv6, library", "preload", against="own", limit=1.05),
        Goal("socket() and close, IPv6, --strict", "strict", kind="more", limit=12),
        floor("socket() and close, IPv6", "own"))),
    compare("connect -a", "connect", ROUTER, A, OWN, (
        Goal("TCP connect and close, -a, default", "both", against="own", limit=1.08),
        Goal("TCP connect and close, -a, library", "preload", against="own", limit=1.05),
        Goal("TCP connect and close, -a, --strict", "strict", against="own", limit=2.0),
        floor("TCP connect and close, -a", "own"))),
    compare("connect6 -a", "connect", ROUTER_6, A6, OWN6, (
        Goal("TCP connect and close, IPv6, -a, default", "both", against="own", limit=1.08),
        Goal("TCP connect and close, IPv6, -a, library", "preload", against="own", limit=1.05),
        Goal("TCP connect and close, IPv6, -a, --strict", "strict", against="own", limit=2.0),
        floor("TCP connect and close, IPv6, -a", "own"))),
    compare("connect -i", "connect", DEVICE_ROUTER, I, OWN_I, (
        Goal("TCP connect and close, -i, default", "both", against="own", limit=1.15),
        Goal("TCP connect and close, -i, library", "preload", against="own", limit=1.15),
        Goal("TCP connect and close, -i, --strict", "strict", against="own", limit=2.0),
        floor("TCP connect and close, -i", "own"))),
    compare("sendmsg", "sendmsg", ROUTER, A, OWN, datagram("UDP sendmsg, -a", **SEEN)),
    compare("sendmmsg", "sendmmsg", ROUTER, A, OWN, datagram("UDP sendmmsg, -a", **SEEN)),
    compare("send", "send", ROUTER, A, OWN, datagram("UDP send, connected, -a", limit=1.02)),
    compare("sendto", "sendto", ROUTER, A, OWN, datagram("UDP sendto, IPv4, -a", **SEEN)),
    compare("sendto -i", "sendto", DEVICE_ROUTER, I, OWN_I, datagram("UDP sendto, -i", library=1.05, **SEEN)),
)
